//! The service `Image`.

use std::sync::Arc;

use decthings::api::image::{
    CreateRepositoryRequest, CreateRepositoryResult, DeleteRepositoryRequest, DeleteRepositoryResult,
    GetRepositoriesRequest, GetRepositoriesResult, ImageService, UpdateRepositoryRequest, UpdateRepositoryResult,
};
use decthings::types::ResourceFilter;

use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::store::listing::Query;
use crate::store::repositories::StoredRepository;
use crate::{check, time};

/// Answers the calls of the service.
pub(crate) struct Images(pub(crate) Arc<Local>);

impl ImageService for Images {
    async fn create_repository(&self, request: CreateRepositoryRequest) -> Answer<CreateRepositoryRequest> {
        Ok(create(&self.0, request)?)
    }

    async fn update_repository(&self, request: UpdateRepositoryRequest) -> Answer<UpdateRepositoryRequest> {
        Ok(update(&self.0, request)?)
    }

    async fn delete_repository(&self, request: DeleteRepositoryRequest) -> Answer<DeleteRepositoryRequest> {
        let removed = self.0.store().repositories.remove(&request.name);
        Ok(removed.map(|_| DeleteRepositoryResult::new()).ok_or(Fail::RepositoryNotFound)?)
    }

    async fn get_repositories(&self, request: GetRepositoriesRequest) -> Answer<GetRepositoriesRequest> {
        Ok(list(&self.0, request)?)
    }
}

fn create(local: &Local, request: CreateRepositoryRequest) -> Result<CreateRepositoryResult, Fail> {
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    let mut store = local.store();
    if store.repositories.contains_key(&request.name) {
        return Err(Fail::NameAlreadyUsed);
    }
    if store.repositories.len() >= local.config.limits.repositories {
        return Err(Fail::QuotaExceeded);
    }
    let repository = StoredRepository {
        sequence: store.next_sequence(),
        name: request.name.clone(),
        description: request.description,
        public_access: request.public_access.unwrap_or(false),
        created_at: time::now(),
    };
    store.repositories.insert(request.name, repository);
    Ok(CreateRepositoryResult::new())
}

fn update(local: &Local, request: UpdateRepositoryRequest) -> Result<UpdateRepositoryResult, Fail> {
    let mut store = local.store();
    let repository = store.repositories.get_mut(&request.name).ok_or(Fail::RepositoryNotFound)?;
    if let Some(description) = request.properties.description {
        check::description("properties.description", &description)?;
        repository.description = description;
    }
    repository.public_access = request.properties.public_access.unwrap_or(repository.public_access);
    Ok(UpdateRepositoryResult::new())
}

fn list(local: &Local, request: GetRepositoriesRequest) -> Result<GetRepositoriesResult, Fail> {
    let filter = request.filter.map(|filter| {
        let mut all = ResourceFilter::new();
        all.owners = filter.owners;
        all.names = filter.names;
        all.search_name = filter.search_name;
        all
    });
    let (offset, limit, sort, direction) = (request.offset, request.limit, request.sort, request.sort_direction);
    let query = Query { offset, limit, filter, sort, direction };
    let store = local.store();
    let page = query.page(store.repositories.values())?;
    let repositories = page.items.into_iter().map(StoredRepository::view);
    Ok(GetRepositoriesResult::new(repositories, page.total, page.offset, page.limit))
}
