//! The members of an organization: invitations and roles.

use decthings::api::organization::{
    AssignRolesRequest, AssignRolesResult, InviteUsersToOrganizationRequest, InviteUsersToOrganizationResult,
    RemoveUsersFromOrganizationRequest, RemoveUsersFromOrganizationResult, RespondToOrganizationInvitationRequest,
    RespondToOrganizationInvitationResult,
};
use decthings::types::OrganizationRole;

use crate::config::LocalUser;
use crate::context::Context;
use crate::error::CallError;
use crate::services::common::check;
use crate::store::organizations::StoredOrganization;
use crate::store::users::USER;

/// How many invitations an organization may have.
const MAX_INVITED: usize = 1_000;

/// Members and users who are invited already are skipped.
pub(super) fn invite_users_to_organization(
    context: &Context,
    request: InviteUsersToOrganizationRequest,
) -> Result<InviteUsersToOrganizationResult, CallError> {
    for (index, user) in request.users.iter().enumerate() {
        let path = format!("users[{index}].email");
        check::name(&path, &user.email)?;
        if !user.email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
            return Err(CallError::invalid(path, format!("{:?} is not an email address", user.email)));
        }
    }
    let mut store = context.change();
    let organization = store.managed_organization(&request.organization_id)?;
    let (members, mut invited) = (organization.members.clone(), organization.invited.clone());
    for user in &request.users {
        let is_member = |found: &LocalUser| members.iter().any(|(id, _)| *id == found.id);
        let is_known = store.users.find_by_email(&user.email).is_some_and(is_member)
            || invited.iter().any(|email| email.eq_ignore_ascii_case(&user.email));
        if !is_known {
            invited.push(user.email.clone());
        }
    }
    if invited.len() > MAX_INVITED {
        return Err(CallError::invalid("users", format!("an organization may have at most {MAX_INVITED} invitations")));
    }
    store.managed_organization(&request.organization_id)?.invited = invited;
    store.commit()?;
    Ok(InviteUsersToOrganizationResult::new())
}

/// Admins may remove everybody, and other members themselves.
pub(super) fn remove_users_from_organization(
    context: &Context,
    request: RemoveUsersFromOrganizationRequest,
) -> Result<RemoveUsersFromOrganizationResult, CallError> {
    let mut store = context.change();
    let organization = store.organization(&request.organization_id)?;
    let is_leaving = organization.role(USER).is_some() && request.user_ids.iter().all(|id| id == USER);
    if !is_leaving {
        store.managed_organization(&request.organization_id)?;
    }
    let organization = store.organizations.get_mut(&request.organization_id).ok_or(CallError::OrganizationNotFound)?;
    if request.user_ids.iter().any(|id| organization.role(id).is_none()) {
        return Err(CallError::MemberNotFound);
    }
    let mut members = organization.members.clone();
    members.retain(|(id, _)| !request.user_ids.contains(id));
    StoredOrganization::check_admin(&members, "userIds")?;
    organization.members = members;
    store.commit()?;
    Ok(RemoveUsersFromOrganizationResult::new())
}

/// A user who accepts becomes a viewer.
pub(super) fn respond_to_organization_invitation(
    context: &Context,
    request: RespondToOrganizationInvitationRequest,
) -> Result<RespondToOrganizationInvitationResult, CallError> {
    let mut store = context.change();
    let invited = &store.organization(&request.organization_id)?.invited;
    let mine = invited.iter().find(|email| store.users.is_caller(email)).cloned().ok_or(CallError::InviteNotFound)?;
    let organization = store.organizations.get_mut(&request.organization_id).ok_or(CallError::OrganizationNotFound)?;
    organization.invited.retain(|email| *email != mine);
    if request.accept && organization.role(USER).is_none() {
        organization.members.push((USER.to_owned(), OrganizationRole::Viewer));
    }
    store.commit()?;
    Ok(RespondToOrganizationInvitationResult::new())
}

pub(super) fn assign_roles(context: &Context, request: AssignRolesRequest) -> Result<AssignRolesResult, CallError> {
    for (index, assignment) in request.members.iter().enumerate() {
        if let OrganizationRole::Unrecognized(other) = &assignment.role {
            return Err(CallError::invalid(format!("members[{index}].role"), format!("unknown role {other:?}")));
        }
    }
    let mut store = context.change();
    let organization = store.managed_organization(&request.organization_id)?;
    let mut members = organization.members.clone();
    for assignment in request.members {
        let member = members.iter_mut().find(|(id, _)| *id == assignment.user_id).ok_or(CallError::MemberNotFound)?;
        member.1 = assignment.role;
    }
    StoredOrganization::check_admin(&members, "members")?;
    organization.members = members;
    store.commit()?;
    Ok(AssignRolesResult::new())
}
