//! Datasets: created, updated, deleted, listed.

use decthings::api::dataset::{
    CreateDatasetRequest, CreateDatasetResult, DeleteDatasetRequest, DeleteDatasetResult, GetDatasetsRequest,
    GetDatasetsResult, UpdateDatasetRequest, UpdateDatasetResult,
};

use crate::context::Context;
use crate::error::CallError;
use crate::services::common::check;
use crate::store::datasets::StoredDataset;
use crate::store::entries::Entries;
use crate::store::listing::{Query, check_name_is_free};
use crate::util;

pub(super) fn create_dataset(
    context: &Context,
    request: CreateDatasetRequest,
) -> Result<CreateDatasetResult, CallError> {
    let tags = request.tags.unwrap_or_default();
    check::name("name", &request.name)?;
    check::description("description", &request.description)?;
    check::tags("tags", &tags)?;
    check::keys("keys", &request.keys)?;
    let mut store = context.change();
    check_name_is_free(store.datasets.values(), &request.name, None)?;
    if store.datasets.len() >= context.config.limits.datasets {
        return Err(CallError::QuotaExceeded);
    }
    let keys = request.keys.len();
    let dataset = StoredDataset {
        id: util::new_id(),
        sequence: store.next_sequence(),
        name: request.name,
        description: request.description,
        public_access: request.public_access.unwrap_or(false),
        created_at: util::now(),
        tags,
        keys: request.keys,
        entries: Entries::new(&store.storage, keys),
        needs_review: Entries::new(&store.storage, keys),
        version: util::new_id(),
        removed: Default::default(),
    };
    let result = CreateDatasetResult::new(&dataset.id, &dataset.version);
    store.datasets.insert(dataset.id.clone(), dataset);
    store.commit()?;
    Ok(result)
}

pub(super) fn update_dataset(
    context: &Context,
    request: UpdateDatasetRequest,
) -> Result<UpdateDatasetResult, CallError> {
    let changes = request.properties;
    let mut store = context.change();
    store.dataset(&request.dataset_id)?;
    check::changes(changes.name.as_deref(), changes.description.as_deref(), changes.tags.as_deref())?;
    if let Some(name) = &changes.name {
        check_name_is_free(store.datasets.values(), name, Some(&request.dataset_id))?;
    }
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.name = changes.name.unwrap_or_else(|| dataset.name.clone());
    dataset.description = changes.description.unwrap_or_else(|| dataset.description.clone());
    dataset.public_access = changes.public_access.unwrap_or(dataset.public_access);
    dataset.tags = changes.tags.unwrap_or_else(|| dataset.tags.clone());
    store.commit()?;
    Ok(UpdateDatasetResult::new())
}

pub(super) fn delete_dataset(
    context: &Context,
    request: DeleteDatasetRequest,
) -> Result<DeleteDatasetResult, CallError> {
    let mut store = context.change();
    store.datasets.remove(&request.dataset_id).ok_or(CallError::DatasetNotFound)?;
    store.commit()?;
    Ok(DeleteDatasetResult::new())
}

pub(super) fn get_datasets(context: &Context, request: GetDatasetsRequest) -> Result<GetDatasetsResult, CallError> {
    let query = Query::new(request.offset, request.limit, request.sort, request.sort_direction, request.filter);
    let store = context.store();
    let page = query.page(store.datasets.values())?;
    let datasets = page.items.into_iter().map(StoredDataset::view);
    Ok(GetDatasetsResult::new(datasets, page.total, page.offset, page.limit))
}
