//! The service `Organization`. There is one caller, the local user; other users are there to be found and invited.

mod members;

use std::sync::Arc;

use decthings::api::organization::{
    AssignRolesRequest, CreateOrganizationRequest, CreateOrganizationResult, DeleteOrganizationRequest,
    DeleteOrganizationResult, GetOrganizationsRequest, GetOrganizationsResult, InviteUsersToOrganizationRequest,
    OrganizationService, RemoveUsersFromOrganizationRequest, RespondToOrganizationInvitationRequest,
};
use decthings::types::ResourceFilter;

use crate::check;
use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::store::USER;
use crate::store::listing::Query;
use crate::store::organizations::StoredOrganization;

/// Answers the calls of the service.
pub(crate) struct Organizations(pub(crate) Arc<Local>);

impl OrganizationService for Organizations {
    async fn create_organization(&self, request: CreateOrganizationRequest) -> Answer<CreateOrganizationRequest> {
        Ok(create(&self.0, request)?)
    }

    async fn get_organizations(&self, request: GetOrganizationsRequest) -> Answer<GetOrganizationsRequest> {
        Ok(list(&self.0, request)?)
    }

    async fn invite_users_to_organization(
        &self,
        request: InviteUsersToOrganizationRequest,
    ) -> Answer<InviteUsersToOrganizationRequest> {
        Ok(members::invite(&self.0, &request)?)
    }

    async fn remove_users_from_organization(
        &self,
        request: RemoveUsersFromOrganizationRequest,
    ) -> Answer<RemoveUsersFromOrganizationRequest> {
        Ok(members::remove(&self.0, &request)?)
    }

    async fn respond_to_organization_invitation(
        &self,
        request: RespondToOrganizationInvitationRequest,
    ) -> Answer<RespondToOrganizationInvitationRequest> {
        Ok(members::respond(&self.0, &request)?)
    }

    async fn assign_roles(&self, request: AssignRolesRequest) -> Answer<AssignRolesRequest> {
        Ok(members::assign_roles(&self.0, request)?)
    }

    async fn delete_organization(&self, request: DeleteOrganizationRequest) -> Answer<DeleteOrganizationRequest> {
        Ok(delete(&self.0, &request)?)
    }
}

fn create(local: &Local, request: CreateOrganizationRequest) -> Result<CreateOrganizationResult, Fail> {
    check::name("name", &request.name)?;
    let mut store = local.store();
    if store.organizations.values().any(|other| other.name == request.name) {
        return Err(Fail::NameInUse);
    }
    if store.organizations.len() >= local.config.limits.organizations {
        return Err(Fail::QuotaExceeded);
    }
    Ok(CreateOrganizationResult::new(store.add_organization(request.name, USER)))
}

fn list(local: &Local, request: GetOrganizationsRequest) -> Result<GetOrganizationsResult, Fail> {
    let members = request.filter.as_ref().and_then(|filter| filter.members.clone());
    let filter = request.filter.map(|filter| {
        let mut all = ResourceFilter::new();
        all.ids = filter.ids;
        all.names = filter.names;
        all.search_name = filter.search_name;
        all
    });
    let (offset, limit, sort, direction) = (request.offset, request.limit, request.sort, request.sort_direction);
    let query = Query { offset, limit, filter, sort, direction };
    let store = local.store();
    let is_meant = |organization: &&StoredOrganization| {
        let all_there = members.iter().flatten().all(|user| organization.role(user).is_some());
        all_there && store.sees(organization)
    };
    let page = query.page(store.organizations.values().filter(is_meant))?;
    let organizations = page.items.into_iter().map(|organization| organization.view(&store));
    Ok(GetOrganizationsResult::new(organizations, page.total, page.offset, page.limit))
}

fn delete(local: &Local, request: &DeleteOrganizationRequest) -> Result<DeleteOrganizationResult, Fail> {
    let mut store = local.store();
    store.managed_organization(&request.organization_id)?;
    store.organizations.remove(&request.organization_id);
    Ok(DeleteOrganizationResult::new())
}
