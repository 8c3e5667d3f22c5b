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
use crate::store::entries::{self, Entry};

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
    let keys = entries::copied(keys);
    let mut store = context.store();
    let dataset = store.dataset(dataset_id)?;
    dataset.check_version(version)?;
    let new = entries::read(&dataset.keys, keys)?;
    check_count(context, dataset, list, &new, CallError::LimitExceeded)?;
    store.check_space(entries::footprint(&new), context.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(dataset_id)?;
    if !new.is_empty() {
        dataset.list_mut(list).append(new);
        dataset.changed();
    }
    Ok(dataset.version.clone())
}

/// Checks that a list may grow by the new entries.
fn check_count(
    context: &Context,
    dataset: &StoredDataset,
    list: List,
    new: &[Entry],
    error: CallError,
) -> Result<(), CallError> {
    let grown = dataset.list(list).len().saturating_add(new.len());
    if grown > context.config.limits.entries { Err(error) } else { Ok(()) }
}

pub(super) fn get_entries(context: &Context, request: GetEntriesRequest) -> Result<DatasetEntries, CallError> {
    let store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.entries.select(&dataset.keys, &request.entries)
}

pub(super) fn get_needs_review_entries(
    context: &Context,
    request: GetNeedsReviewEntriesRequest,
) -> Result<DatasetEntries, CallError> {
    let store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.needs_review.select(&dataset.keys, &request.entries)
}

pub(super) fn remove_entries(
    context: &Context,
    request: RemoveEntriesRequest,
) -> Result<RemoveEntriesResult, CallError> {
    let mut store = context.store();
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let (count, bytes) = dataset.remove(List::Entries, &request.entries)?;
    dataset.removed.add((count, bytes));
    let (waiting, waiting_bytes) = dataset.removed.waiting();
    Ok(RemoveEntriesResult::new(&dataset.version, bytes, waiting_bytes, waiting))
}

pub(super) fn remove_needs_review_entries(
    context: &Context,
    request: RemoveNeedsReviewEntriesRequest,
) -> Result<RemoveNeedsReviewEntriesResult, CallError> {
    let mut store = context.store();
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let (_, bytes) = dataset.remove(List::NeedsReview, &request.entries)?;
    Ok(RemoveNeedsReviewEntriesResult::new(&dataset.version, bytes))
}

pub(super) fn finalize_needs_review_entries(
    context: &Context,
    request: FinalizeNeedsReviewEntriesRequest,
) -> Result<FinalizeNeedsReviewEntriesResult, CallError> {
    let keys = entries::copied(request.keys);
    let mut store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let chosen = dataset.needs_review.choose("indexes", &request.indexes)?;
    let new = entries::read(&dataset.keys, keys)?;
    if new.len() != chosen.len() {
        let reason = format!("has {} entries for {} indexes", new.len(), chosen.len());
        return Err(CallError::invalid("keys", reason));
    }
    // The method has no `limit_exceeded`.
    check_count(context, dataset, List::Entries, &new, CallError::QuotaExceeded)?;
    store.check_space(entries::footprint(&new), context.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    let (count, bytes) = dataset.needs_review.remove(&chosen);
    if count > 0 {
        dataset.entries.append(new);
        dataset.changed();
    }
    Ok(FinalizeNeedsReviewEntriesResult::new(&dataset.version, bytes))
}
