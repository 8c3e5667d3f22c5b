//! The entries of a dataset.

use decthings::api::dataset::{
    AddEntriesRequest, AddEntriesResult, GetEntriesRequest, RemoveEntriesRequest, RemoveEntriesResult,
};
use decthings::types::DatasetEntries;

use crate::context::Context;
use crate::error::CallError;
use crate::store::entries;
use crate::store::entries::{Entries, Entry};

pub(super) fn add_entries(context: &Context, request: AddEntriesRequest) -> Result<AddEntriesResult, CallError> {
    let keys = entries::copied(request.keys);
    let mut store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let new = entries::read(&dataset.keys, keys)?;
    check_count(context, &dataset.entries, &new, CallError::LimitExceeded)?;
    store.check_space(entries::footprint(&new), context.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    if !new.is_empty() {
        dataset.entries.append(new);
        dataset.changed();
    }
    Ok(AddEntriesResult::new(&dataset.version))
}

pub(super) fn get_entries(context: &Context, request: &GetEntriesRequest) -> Result<DatasetEntries, CallError> {
    let store = context.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.entries.select(&dataset.keys, &request.entries)
}

pub(super) fn remove_entries(
    context: &Context,
    request: &RemoveEntriesRequest,
) -> Result<RemoveEntriesResult, CallError> {
    let mut store = context.store();
    let dataset = store.dataset_mut(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let chosen = dataset.entries.choose("entries", &request.entries)?;
    let (count, bytes) = dataset.entries.remove(&chosen);
    if count > 0 {
        dataset.removed.add((count, bytes));
        dataset.changed();
    }
    let (waiting, waiting_bytes) = dataset.removed.waiting();
    Ok(RemoveEntriesResult::new(&dataset.version, bytes, waiting_bytes, waiting))
}

/// Checks that a list of entries may grow by the new ones.
pub(super) fn check_count(
    context: &Context,
    present: &Entries,
    new: &[Entry],
    error: CallError,
) -> Result<(), CallError> {
    let grown = present.len().saturating_add(new.len());
    if grown > context.config.limits.entries { Err(error) } else { Ok(()) }
}
