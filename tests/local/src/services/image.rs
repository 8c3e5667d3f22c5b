//! The service `Image`: repositories for container images.

use std::sync::Arc;

use decthings::api::image::{
    CreateRepositoryRequest, CreateRepositoryResult, DeleteRepositoryRequest, DeleteRepositoryResult,
    GetRepositoriesRequest, GetRepositoriesResult, ImageService, UpdateRepositoryRequest, UpdateRepositoryResult,
};
use decthings::types::ResourceFilter;

use super::common::{check, delegate};
use crate::context::Context;
use crate::error::CallError;
use crate::store::listing::Query;
use crate::store::repositories::StoredRepository;
use crate::util;

/// The service.
pub(crate) struct Images(pub(crate) Arc<Context>);

delegate! {
    impl ImageService for Images;
    fn create_repository(CreateRepositoryRequest) in self;
    fn update_repository(UpdateRepositoryRequest) in self;
    fn delete_repository(DeleteRepositoryRequest) in self;
    fn get_repositories(GetRepositoriesRequest) in self;
}

fn create_repository(context: &Context, request: CreateRepositoryRequest) -> Result<CreateRepositoryResult, CallError> {
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    let mut store = context.change();
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
    store.commit()?;
    Ok(CreateRepositoryResult::new())
}

fn update_repository(context: &Context, request: UpdateRepositoryRequest) -> Result<UpdateRepositoryResult, CallError> {
    let mut store = context.change();
    let repository = store.repositories.get_mut(&request.name).ok_or(CallError::RepositoryNotFound)?;
    if let Some(description) = request.properties.description {
        check::description("properties.description", &description)?;
        repository.description = description;
    }
    repository.public_access = request.properties.public_access.unwrap_or(repository.public_access);
    store.commit()?;
    Ok(UpdateRepositoryResult::new())
}

fn delete_repository(context: &Context, request: DeleteRepositoryRequest) -> Result<DeleteRepositoryResult, CallError> {
    let mut store = context.change();
    store.repositories.remove(&request.name).ok_or(CallError::RepositoryNotFound)?;
    store.commit()?;
    Ok(DeleteRepositoryResult::new())
}

fn get_repositories(context: &Context, request: GetRepositoriesRequest) -> Result<GetRepositoriesResult, CallError> {
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
