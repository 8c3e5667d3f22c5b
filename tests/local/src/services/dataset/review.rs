//! The entries of a dataset that need review.

use decthings::api::dataset::{
    AddEntriesToNeedsReviewRequest, AddEntriesToNeedsReviewResult, FinalizeNeedsReviewEntriesRequest,
    FinalizeNeedsReviewEntriesResult, GetNeedsReviewEntriesRequest, RemoveNeedsReviewEntriesRequest,
    RemoveNeedsReviewEntriesResult,
};
use decthings::types::DatasetEntries;

use super::entries::check_count;
use crate::context::Context;
use crate::error::CallError;
use crate::store::entries;

pub(super) fn add_entries_to_needs_review(
    context: &Context,
    request: AddEntriesToNeedsReviewRequest,
) -> Result<AddEntriesToNeedsReviewResult, CallError> {
    let keys = entries::copied(request.keys);
    let mut store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let new = entries::read(&dataset.keys, keys)?;
    check_count(context, &dataset.needs_review, &new, CallError::LimitExceeded)?;
    store.check_space(entries::footprint(&new), context.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    if !new.is_empty() {
        dataset.needs_review.append(new);
        dataset.changed();
    }
    Ok(AddEntriesToNeedsReviewResult::new(&dataset.version))
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
    check_count(context, &dataset.entries, &new, CallError::QuotaExceeded)?;
    store.check_space(entries::footprint(&new), context.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    let (count, bytes) = dataset.needs_review.remove(&chosen);
    if count > 0 {
        dataset.entries.append(new);
        dataset.changed();
    }
    Ok(FinalizeNeedsReviewEntriesResult::new(&dataset.version, bytes))
}

pub(super) fn get_needs_review_entries(
    context: &Context,
    request: &GetNeedsReviewEntriesRequest,
) -> Result<DatasetEntries, CallError> {
    let store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.needs_review.select(&dataset.keys, &request.entries)
}

pub(super) fn remove_needs_review_entries(
    context: &Context,
    request: &RemoveNeedsReviewEntriesRequest,
) -> Result<RemoveNeedsReviewEntriesResult, CallError> {
    let mut store = context.store();
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let chosen = dataset.needs_review.choose("entries", &request.entries)?;
    let (count, bytes) = dataset.needs_review.remove(&chosen);
    if count > 0 {
        dataset.changed();
    }
    Ok(RemoveNeedsReviewEntriesResult::new(&dataset.version, bytes))
}
