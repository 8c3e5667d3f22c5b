//! Who belongs to an organization: invitations, roles.

use decthings::api::organization::{
    AssignRolesRequest, AssignRolesResult, InviteUsersToOrganizationRequest, InviteUsersToOrganizationResult,
    RemoveUsersFromOrganizationRequest, RemoveUsersFromOrganizationResult, RespondToOrganizationInvitationRequest,
    RespondToOrganizationInvitationResult,
};
use decthings::types::OrganizationRole;

use crate::check;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::USER;
use crate::store::organizations::StoredOrganization;

/// The invitations that an organization may have.
const MAX_INVITED: usize = 1_000;

/// Who is a member or is invited already is not invited again.
pub(super) fn invite(
    local: &Local,
    request: &InviteUsersToOrganizationRequest,
) -> Result<InviteUsersToOrganizationResult, Fail> {
    for (index, user) in request.users.iter().enumerate() {
        let path = format!("users[{index}].email");
        check::name(&path, &user.email)?;
        if !user.email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty()) {
            return Err(Fail::invalid(path, format!("{:?} is not an email address", user.email)));
        }
    }
    let mut store = local.store();
    let organization = store.managed_organization(&request.organization_id)?;
    let (members, mut invited) = (organization.members.clone(), organization.invited.clone());
    for user in &request.users {
        let is_member = |found: &crate::config::LocalUser| members.iter().any(|(id, _)| *id == found.id);
        let is_known = store.user_by_email(&user.email).is_some_and(is_member)
            || invited.iter().any(|email| email.eq_ignore_ascii_case(&user.email));
        if !is_known {
            invited.push(user.email.clone());
        }
    }
    if invited.len() > MAX_INVITED {
        return Err(Fail::invalid("users", format!("an organization may have at most {MAX_INVITED} invitations")));
    }
    store.managed_organization(&request.organization_id)?.invited = invited;
    Ok(InviteUsersToOrganizationResult::new())
}

/// Admins may remove everybody, and others themselves.
pub(super) fn remove(
    local: &Local,
    request: &RemoveUsersFromOrganizationRequest,
) -> Result<RemoveUsersFromOrganizationResult, Fail> {
    let mut store = local.store();
    let organization = store.organization(&request.organization_id)?;
    let is_leaving = organization.role(USER).is_some() && request.user_ids.iter().all(|id| id == USER);
    if !is_leaving {
        store.managed_organization(&request.organization_id)?;
    }
    let organization = store.organizations.get_mut(&request.organization_id).ok_or(Fail::OrganizationNotFound)?;
    if request.user_ids.iter().any(|id| organization.role(id).is_none()) {
        return Err(Fail::MemberNotFound);
    }
    let mut members = organization.members.clone();
    members.retain(|(id, _)| !request.user_ids.contains(id));
    StoredOrganization::check_admin(&members, "userIds")?;
    organization.members = members;
    Ok(RemoveUsersFromOrganizationResult::new())
}

/// Who accepts becomes a viewer.
pub(super) fn respond(
    local: &Local,
    request: &RespondToOrganizationInvitationRequest,
) -> Result<RespondToOrganizationInvitationResult, Fail> {
    let mut store = local.store();
    let invited = &store.organization(&request.organization_id)?.invited;
    let mine = invited.iter().find(|email| store.is_caller(email)).cloned().ok_or(Fail::InviteNotFound)?;
    let organization = store.organizations.get_mut(&request.organization_id).ok_or(Fail::OrganizationNotFound)?;
    organization.invited.retain(|email| *email != mine);
    if request.accept && organization.role(USER).is_none() {
        organization.members.push((USER.to_owned(), OrganizationRole::Viewer));
    }
    Ok(RespondToOrganizationInvitationResult::new())
}

pub(super) fn assign_roles(local: &Local, request: AssignRolesRequest) -> Result<AssignRolesResult, Fail> {
    for (index, assignment) in request.members.iter().enumerate() {
        if let OrganizationRole::Unrecognized(other) = &assignment.role {
            return Err(Fail::invalid(format!("members[{index}].role"), format!("there is no role {other:?}")));
        }
    }
    let mut store = local.store();
    let organization = store.managed_organization(&request.organization_id)?;
    let mut members = organization.members.clone();
    for assignment in request.members {
        let member = members.iter_mut().find(|(id, _)| *id == assignment.user_id).ok_or(Fail::MemberNotFound)?;
        member.1 = assignment.role;
    }
    StoredOrganization::check_admin(&members, "members")?;
    organization.members = members;
    Ok(AssignRolesResult::new())
}
