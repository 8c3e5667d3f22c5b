//! The entries of a dataset, and those that need review.

use decthings::api::dataset::{
    AddEntriesRequest, AddEntriesResult, AddEntriesToNeedsReviewRequest, AddEntriesToNeedsReviewResult,
    FinalizeNeedsReviewEntriesRequest, FinalizeNeedsReviewEntriesResult, GetEntriesRequest,
    GetNeedsReviewEntriesRequest, RemoveEntriesRequest, RemoveEntriesResult, RemoveNeedsReviewEntriesRequest,
    RemoveNeedsReviewEntriesResult,
};
use decthings::types::{DatasetEntries, DatasetKeyData};

use crate::context::Context;
use crate::error::CallError;
use crate::store::datasets::{List, StoredDataset};
use crate::store::new_entries::NewEntries;

pub(super) fn add_entries(context: &Context, request: AddEntriesRequest) -> Result<AddEntriesResult, CallError> {
    let version = request.dataset_version_id.as_deref();
    add(context, &request.dataset_id, version, List::Entries, request.keys).map(AddEntriesResult::new)
}

pub(super) fn add_entries_to_needs_review(
    context: &Context,
    request: AddEntriesToNeedsReviewRequest,
) -> Result<AddEntriesToNeedsReviewResult, CallError> {
    let version = request.dataset_version_id.as_deref();
    let added = add(context, &request.dataset_id, version, List::NeedsReview, request.keys);
    added.map(AddEntriesToNeedsReviewResult::new)
}

/// Adds entries to a list, and returns the new version of the dataset.
fn add(
    context: &Context,
    dataset_id: &str,
    version: Option<&str>,
    list: List,
    keys: Vec<DatasetKeyData>,
) -> Result<String, CallError> {
    let mut store = context.change();
    let dataset = store.dataset(dataset_id)?;
    dataset.check_version(version)?;
    let new = NewEntries::read(&dataset.keys, keys)?;
    check_count(context, dataset, list, &new, CallError::LimitExceeded)?;
    store.check_space(new.footprint(), context.config.limits.stored_bytes)?;
    if new.is_empty() {
        return Ok(dataset.version.clone());
    }
    let dataset = store.data.dataset_mut(dataset_id)?;
    dataset.list_mut(list).append(&mut store.batch, new)?;
    dataset.changed();
    let version = dataset.version.clone();
    store.commit()?;
    Ok(version)
}

/// Checks that a list may grow by the new entries.
fn check_count(
    context: &Context,
    dataset: &StoredDataset,
    list: List,
    new: &NewEntries,
    error: CallError,
) -> Result<(), CallError> {
    let grown = dataset.list(list).len().saturating_add(new.len());
    if grown > context.config.limits.entries { Err(error) } else { Ok(()) }
}

pub(super) fn get_entries(context: &Context, request: GetEntriesRequest) -> Result<DatasetEntries, CallError> {
    let store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.entries.select(&store.storage, &dataset.keys, &request.entries)
}

pub(super) fn get_needs_review_entries(
    context: &Context,
    request: GetNeedsReviewEntriesRequest,
) -> Result<DatasetEntries, CallError> {
    let store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.needs_review.select(&store.storage, &dataset.keys, &request.entries)
}

pub(super) fn remove_entries(
    context: &Context,
    request: RemoveEntriesRequest,
) -> Result<RemoveEntriesResult, CallError> {
    let mut store = context.change();
    let storage = store.storage.clone();
    let dataset = store.data.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let (count, bytes) = dataset.remove(&storage, &mut store.batch, List::Entries, &request.entries)?;
    dataset.removed.add((count, bytes));
    let (waiting, waiting_bytes) = dataset.removed.waiting();
    let result = RemoveEntriesResult::new(&dataset.version, bytes, waiting_bytes, waiting);
    store.commit()?;
    Ok(result)
}

pub(super) fn remove_needs_review_entries(
    context: &Context,
    request: RemoveNeedsReviewEntriesRequest,
) -> Result<RemoveNeedsReviewEntriesResult, CallError> {
    let mut store = context.change();
    let storage = store.storage.clone();
    let dataset = store.data.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let (_, bytes) = dataset.remove(&storage, &mut store.batch, List::NeedsReview, &request.entries)?;
    let result = RemoveNeedsReviewEntriesResult::new(&dataset.version, bytes);
    store.commit()?;
    Ok(result)
}

pub(super) fn finalize_needs_review_entries(
    context: &Context,
    request: FinalizeNeedsReviewEntriesRequest,
) -> Result<FinalizeNeedsReviewEntriesResult, CallError> {
    let mut store = context.change();
    let storage = store.storage.clone();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let chosen = dataset.needs_review.choose("indexes", &request.indexes)?;
    let new = NewEntries::read(&dataset.keys, request.keys)?;
    if new.len() != chosen.len() {
        let reason = format!("has {} entries for {} indexes", new.len(), chosen.len());
        return Err(CallError::invalid("keys", reason));
    }
    // The method has no `limit_exceeded`.
    check_count(context, dataset, List::Entries, &new, CallError::QuotaExceeded)?;
    store.check_space(new.footprint(), context.config.limits.stored_bytes)?;
    let dataset = store.data.dataset_mut(&request.dataset_id)?;
    let (count, bytes) = dataset.needs_review.remove(&storage, &mut store.batch, &chosen)?;
    if count > 0 {
        dataset.entries.append(&mut store.batch, new)?;
        dataset.changed();
    }
    let result = FinalizeNeedsReviewEntriesResult::new(&dataset.version, bytes);
    store.commit()?;
    Ok(result)
}
