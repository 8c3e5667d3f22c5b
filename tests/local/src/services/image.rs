//! The service `Image`: repositories for container images.

use std::sync::Arc;

use decthings::api::image::{
    CreateRepositoryRequest, CreateRepositoryResult, DeleteRepositoryRequest, DeleteRepositoryResult,
    GetRepositoriesRequest, GetRepositoriesResult, ImageService, UpdateRepositoryRequest, UpdateRepositoryResult,
};
use decthings::runtime::ServiceResult;
use decthings::types::ResourceFilter;

use super::common::check;
use crate::context::Context;
use crate::error::CallError;
use crate::store::listing::Query;
use crate::store::repositories::StoredRepository;
use crate::util;

/// The service.
pub(crate) struct Images(pub(crate) Arc<Context>);

impl ImageService for Images {
    async fn create_repository(&self, request: CreateRepositoryRequest) -> ServiceResult<CreateRepositoryRequest> {
        Ok(create(&self.0, request)?)
    }

    async fn update_repository(&self, request: UpdateRepositoryRequest) -> ServiceResult<UpdateRepositoryRequest> {
        Ok(update(&self.0, request)?)
    }

    async fn delete_repository(&self, request: DeleteRepositoryRequest) -> ServiceResult<DeleteRepositoryRequest> {
        let removed = self.0.store().repositories.remove(&request.name);
        Ok(removed.map(|_| DeleteRepositoryResult::new()).ok_or(CallError::RepositoryNotFound)?)
    }

    async fn get_repositories(&self, request: GetRepositoriesRequest) -> ServiceResult<GetRepositoriesRequest> {
        Ok(list(&self.0, request)?)
    }
}

fn create(context: &Context, request: CreateRepositoryRequest) -> Result<CreateRepositoryResult, CallError> {
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    let mut store = context.store();
    if store.repositories.contains_key(&request.name) {
        return Err(CallError::NameAlreadyUsed);
    }
    if store.repositories.len() >= context.config.limits.repositories {
        return Err(CallError::QuotaExceeded);
    }
    let repository = StoredRepository {
        sequence: store.next_sequence(),
        name: request.name.clone(),
        description: request.description,
        public_access: request.public_access.unwrap_or(false),
        created_at: util::now(),
    };
    store.repositories.insert(request.name, repository);
    Ok(CreateRepositoryResult::new())
}

fn update(context: &Context, request: UpdateRepositoryRequest) -> Result<UpdateRepositoryResult, CallError> {
    let mut store = context.store();
    let repository = store.repositories.get_mut(&request.name).ok_or(CallError::RepositoryNotFound)?;
    if let Some(description) = request.properties.description {
        check::description("properties.description", &description)?;
        repository.description = description;
    }
    repository.public_access = request.properties.public_access.unwrap_or(repository.public_access);
    Ok(UpdateRepositoryResult::new())
}

fn list(context: &Context, request: GetRepositoriesRequest) -> Result<GetRepositoriesResult, CallError> {
    let filter = request.filter.map(|filter| {
        let mut all = ResourceFilter::new();
        all.owners = filter.owners;
        all.names = filter.names;
        all.search_name = filter.search_name;
        all
    });
    let query = Query::new(request.offset, request.limit, request.sort, request.sort_direction, filter);
    let store = context.store();
    let page = query.page(store.repositories.values())?;
    let repositories = page.items.into_iter().map(StoredRepository::view);
    Ok(GetRepositoriesResult::new(repositories, page.total, page.offset, page.limit))
}
