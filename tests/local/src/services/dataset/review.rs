//! The needs-review entries.

use decthings::api::dataset::{
    AddEntriesToNeedsReviewRequest, AddEntriesToNeedsReviewResult, FinalizeNeedsReviewEntriesRequest,
    FinalizeNeedsReviewEntriesResult, GetNeedsReviewEntriesRequest, RemoveNeedsReviewEntriesRequest,
    RemoveNeedsReviewEntriesResult,
};
use decthings::types::DatasetEntries;

use super::entries::check_count;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::entries;

pub(super) fn add_entries_to_needs_review(
    local: &Local,
    request: AddEntriesToNeedsReviewRequest,
) -> Result<AddEntriesToNeedsReviewResult, Fail> {
    let keys = entries::copied(request.keys);
    let mut store = local.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let new = entries::read(&dataset.keys, keys)?;
    check_count(local, &dataset.needs_review, &new, Fail::LimitExceeded)?;
    store.check_space(entries::footprint(&new), local.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    if !new.is_empty() {
        dataset.needs_review.append(new);
        dataset.changed();
    }
    Ok(AddEntriesToNeedsReviewResult::new(&dataset.version))
}

pub(super) fn finalize_needs_review_entries(
    local: &Local,
    request: FinalizeNeedsReviewEntriesRequest,
) -> Result<FinalizeNeedsReviewEntriesResult, Fail> {
    let keys = entries::copied(request.keys);
    let mut store = local.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let chosen = dataset.needs_review.choose("indexes", &request.indexes)?;
    let new = entries::read(&dataset.keys, keys)?;
    if new.len() != chosen.len() {
        let reason = format!("has {} entries for {} indexes", new.len(), chosen.len());
        return Err(Fail::invalid("keys", reason));
    }
    // The method has no error of its own for a full dataset.
    check_count(local, &dataset.entries, &new, Fail::QuotaExceeded)?;
    store.check_space(entries::footprint(&new), local.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    let (count, bytes) = dataset.needs_review.remove(&chosen);
    if count > 0 {
        dataset.entries.append(new);
        dataset.changed();
    }
    Ok(FinalizeNeedsReviewEntriesResult::new(&dataset.version, bytes))
}

pub(super) fn get_needs_review_entries(
    local: &Local,
    request: &GetNeedsReviewEntriesRequest,
) -> Result<DatasetEntries, Fail> {
    let store = local.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.needs_review.select(&dataset.keys, &request.entries)
}

pub(super) fn remove_needs_review_entries(
    local: &Local,
    request: &RemoveNeedsReviewEntriesRequest,
) -> Result<RemoveNeedsReviewEntriesResult, Fail> {
    let mut store = local.store();
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let chosen = dataset.needs_review.choose("entries", &request.entries)?;
    let (count, bytes) = dataset.needs_review.remove(&chosen);
    if count > 0 {
        dataset.changed();
    }
    Ok(RemoveNeedsReviewEntriesResult::new(&dataset.version, bytes))
}
