//! The service `Organization`. The caller is always the local user. Other users can be found and invited.

mod members;

use std::sync::Arc;

use decthings::api::organization::{
    AssignRolesRequest, CreateOrganizationRequest, CreateOrganizationResult, DeleteOrganizationRequest,
    DeleteOrganizationResult, GetOrganizationsRequest, GetOrganizationsResult, InviteUsersToOrganizationRequest,
    OrganizationService, RemoveUsersFromOrganizationRequest, RespondToOrganizationInvitationRequest,
};
use decthings::types::ResourceFilter;

use crate::context::Context;
use crate::error::CallError;
use crate::services::common::{check, delegate};
use crate::store::listing::Query;
use crate::store::organizations::StoredOrganization;
use crate::store::users::USER;

/// The service.
pub(crate) struct Organizations(pub(crate) Arc<Context>);

delegate! {
    impl OrganizationService for Organizations;
    fn create_organization(CreateOrganizationRequest) in self;
    fn get_organizations(GetOrganizationsRequest) in self;
    fn invite_users_to_organization(InviteUsersToOrganizationRequest) in members;
    fn remove_users_from_organization(RemoveUsersFromOrganizationRequest) in members;
    fn respond_to_organization_invitation(RespondToOrganizationInvitationRequest) in members;
    fn assign_roles(AssignRolesRequest) in members;
    fn delete_organization(DeleteOrganizationRequest) in self;
}

fn create_organization(
    context: &Context,
    request: CreateOrganizationRequest,
) -> Result<CreateOrganizationResult, CallError> {
    check::name("name", &request.name)?;
    let mut store = context.change();
    if store.organizations.values().any(|other| other.name == request.name) {
        return Err(CallError::NameInUse);
    }
    if store.organizations.len() >= context.config.limits.organizations {
        return Err(CallError::QuotaExceeded);
    }
    let id = store.add_organization(request.name, USER);
    store.commit()?;
    Ok(CreateOrganizationResult::new(id))
}

fn get_organizations(context: &Context, request: GetOrganizationsRequest) -> Result<GetOrganizationsResult, CallError> {
    let members = request.filter.as_ref().and_then(|filter| filter.members.clone());
    let filter = request.filter.map(|filter| {
        let mut all = ResourceFilter::new();
        all.ids = filter.ids;
        all.names = filter.names;
        all.search_name = filter.search_name;
        all
    });
    let query = Query::new(request.offset, request.limit, request.sort, request.sort_direction, filter);
    let store = context.store();
    let is_match = |organization: &&StoredOrganization| {
        let has_members = members.iter().flatten().all(|user| organization.role(user).is_some());
        has_members && store.is_visible(organization)
    };
    let page = query.page(store.organizations.values().filter(is_match))?;
    let organizations = page.items.into_iter().map(|organization| organization.view(&store.users));
    Ok(GetOrganizationsResult::new(organizations, page.total, page.offset, page.limit))
}

fn delete_organization(
    context: &Context,
    request: DeleteOrganizationRequest,
) -> Result<DeleteOrganizationResult, CallError> {
    let mut store = context.change();
    store.managed_organization(&request.organization_id)?;
    store.organizations.remove(&request.organization_id);
    store.commit()?;
    Ok(DeleteOrganizationResult::new())
}
