//! Datasets themselves: made, changed, deleted, listed.

use decthings::api::dataset::{
    CreateDatasetRequest, CreateDatasetResult, DeleteDatasetRequest, DeleteDatasetResult, GetDatasetsRequest,
    GetDatasetsResult, UpdateDatasetRequest, UpdateDatasetResult,
};

use crate::fail::Fail;
use crate::local::Local;
use crate::store::datasets::StoredDataset;
use crate::store::listing::Query;
use crate::store::{Store, ids};
use crate::{check, time};

pub(super) fn create_dataset(local: &Local, request: CreateDatasetRequest) -> Result<CreateDatasetResult, Fail> {
    let tags = request.tags.unwrap_or_default();
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    check::tags("tags", &tags)?;
    check::keys("keys", &request.keys)?;
    let mut store = local.store();
    check_free(&store, &request.name, None)?;
    if store.datasets.len() >= local.config.limits.datasets {
        return Err(Fail::QuotaExceeded);
    }
    let dataset = StoredDataset {
        id: ids::id(),
        sequence: store.next_sequence(),
        name: request.name,
        description: request.description,
        public_access: request.public_access.unwrap_or(false),
        created_at: time::now(),
        tags,
        keys: request.keys,
        entries: Default::default(),
        needs_review: Default::default(),
        version: ids::id(),
        removed: Default::default(),
    };
    let result = CreateDatasetResult::new(&dataset.id, &dataset.version);
    store.datasets.insert(dataset.id.clone(), dataset);
    Ok(result)
}

pub(super) fn update_dataset(local: &Local, request: UpdateDatasetRequest) -> Result<UpdateDatasetResult, Fail> {
    let changes = request.properties;
    let mut store = local.store();
    store.dataset(&request.dataset_id)?;
    if let Some(name) = &changes.name {
        check::name("properties.name", name)?;
        check_free(&store, name, Some(&request.dataset_id))?;
    }
    if let Some(description) = &changes.description {
        check::description("properties.description", description)?;
    }
    if let Some(tags) = &changes.tags {
        check::tags("properties.tags", tags)?;
    }
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.name = changes.name.unwrap_or_else(|| dataset.name.clone());
    dataset.description = changes.description.unwrap_or_else(|| dataset.description.clone());
    dataset.public_access = changes.public_access.unwrap_or(dataset.public_access);
    dataset.tags = changes.tags.unwrap_or_else(|| dataset.tags.clone());
    Ok(UpdateDatasetResult::new())
}

pub(super) fn delete_dataset(local: &Local, request: &DeleteDatasetRequest) -> Result<DeleteDatasetResult, Fail> {
    let removed = local.store().datasets.remove(&request.dataset_id);
    removed.map(|_| DeleteDatasetResult::new()).ok_or(Fail::DatasetNotFound)
}

pub(super) fn get_datasets(local: &Local, request: GetDatasetsRequest) -> Result<GetDatasetsResult, Fail> {
    let query = Query {
        offset: request.offset,
        limit: request.limit,
        filter: request.filter,
        sort: request.sort,
        direction: request.sort_direction,
    };
    let store = local.store();
    let page = query.page(store.datasets.values())?;
    let datasets = page.items.into_iter().map(StoredDataset::view);
    Ok(GetDatasetsResult::new(datasets, page.total, page.offset, page.limit))
}

/// Checks that no dataset, but perhaps the one given, has the name.
fn check_free(store: &Store, name: &str, but: Option<&str>) -> Result<(), Fail> {
    let taken = store.datasets.values().any(|other| other.name == name && Some(other.id.as_str()) != but);
    if taken { Err(Fail::NameAlreadyUsed) } else { Ok(()) }
}
