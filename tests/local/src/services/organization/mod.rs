//! The service `Organization`. The caller is always the local user. Other users can be found and invited.

mod members;

use std::sync::Arc;

use decthings::api::organization::{
    AssignRolesRequest, CreateOrganizationRequest, CreateOrganizationResult, DeleteOrganizationRequest,
    DeleteOrganizationResult, GetOrganizationsRequest, GetOrganizationsResult, InviteUsersToOrganizationRequest,
    OrganizationService, RemoveUsersFromOrganizationRequest, RespondToOrganizationInvitationRequest,
};
use decthings::runtime::ServiceResult;
use decthings::types::ResourceFilter;

use crate::context::Context;
use crate::error::CallError;
use crate::services::common::check;
use crate::store::listing::Query;
use crate::store::organizations::StoredOrganization;
use crate::store::users::USER;

/// The service.
pub(crate) struct Organizations(pub(crate) Arc<Context>);

impl OrganizationService for Organizations {
    async fn create_organization(
        &self,
        request: CreateOrganizationRequest,
    ) -> ServiceResult<CreateOrganizationRequest> {
        Ok(create(&self.0, request)?)
    }

    async fn get_organizations(&self, request: GetOrganizationsRequest) -> ServiceResult<GetOrganizationsRequest> {
        Ok(list(&self.0, request)?)
    }

    async fn invite_users_to_organization(
        &self,
        request: InviteUsersToOrganizationRequest,
    ) -> ServiceResult<InviteUsersToOrganizationRequest> {
        Ok(members::invite(&self.0, &request)?)
    }

    async fn remove_users_from_organization(
        &self,
        request: RemoveUsersFromOrganizationRequest,
    ) -> ServiceResult<RemoveUsersFromOrganizationRequest> {
        Ok(members::remove(&self.0, &request)?)
    }

    async fn respond_to_organization_invitation(
        &self,
        request: RespondToOrganizationInvitationRequest,
    ) -> ServiceResult<RespondToOrganizationInvitationRequest> {
        Ok(members::respond(&self.0, &request)?)
    }

    async fn assign_roles(&self, request: AssignRolesRequest) -> ServiceResult<AssignRolesRequest> {
        Ok(members::assign_roles(&self.0, request)?)
    }

    async fn delete_organization(
        &self,
        request: DeleteOrganizationRequest,
    ) -> ServiceResult<DeleteOrganizationRequest> {
        Ok(delete(&self.0, &request)?)
    }
}

fn create(context: &Context, request: CreateOrganizationRequest) -> Result<CreateOrganizationResult, CallError> {
    check::name("name", &request.name)?;
    let mut store = context.store();
    if store.organizations.values().any(|other| other.name == request.name) {
        return Err(CallError::NameInUse);
    }
    if store.organizations.len() >= context.config.limits.organizations {
        return Err(CallError::QuotaExceeded);
    }
    Ok(CreateOrganizationResult::new(store.add_organization(request.name, USER)))
}

fn list(context: &Context, request: GetOrganizationsRequest) -> Result<GetOrganizationsResult, CallError> {
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
    let is_meant = |organization: &&StoredOrganization| {
        let all_there = members.iter().flatten().all(|user| organization.role(user).is_some());
        all_there && store.sees(organization)
    };
    let page = query.page(store.organizations.values().filter(is_meant))?;
    let organizations = page.items.into_iter().map(|organization| organization.view(&store.users));
    Ok(GetOrganizationsResult::new(organizations, page.total, page.offset, page.limit))
}

fn delete(context: &Context, request: &DeleteOrganizationRequest) -> Result<DeleteOrganizationResult, CallError> {
    let mut store = context.store();
    store.managed_organization(&request.organization_id)?;
    store.organizations.remove(&request.organization_id);
    Ok(DeleteOrganizationResult::new())
}
