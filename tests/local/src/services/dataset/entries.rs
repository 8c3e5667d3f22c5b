//! The entries proper.

use decthings::api::dataset::{
    AddEntriesRequest, AddEntriesResult, GetEntriesRequest, RemoveEntriesRequest, RemoveEntriesResult,
};
use decthings::types::DatasetEntries;

use crate::fail::Fail;
use crate::local::Local;
use crate::store::entries::{self, Entries, Entry};

pub(super) fn add_entries(local: &Local, request: AddEntriesRequest) -> Result<AddEntriesResult, Fail> {
    let keys = entries::copied(request.keys);
    let mut store = local.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    let new = entries::read(&dataset.keys, keys)?;
    check_count(local, &dataset.entries, &new, Fail::LimitExceeded)?;
    store.check_space(entries::footprint(&new), local.config.limits.stored_bytes)?;
    let dataset = store.dataset_mut(&request.dataset_id)?;
    if !new.is_empty() {
        dataset.entries.append(new);
        dataset.changed();
    }
    Ok(AddEntriesResult::new(&dataset.version))
}

pub(super) fn get_entries(local: &Local, request: &GetEntriesRequest) -> Result<DatasetEntries, Fail> {
    let store = local.store();
    let dataset = store.dataset(&request.dataset_id)?;
    dataset.check_version(request.dataset_version_id.as_deref())?;
    dataset.entries.select(&dataset.keys, &request.entries)
}

pub(super) fn remove_entries(local: &Local, request: &RemoveEntriesRequest) -> Result<RemoveEntriesResult, Fail> {
    let mut store = local.store();
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
pub(super) fn check_count(local: &Local, present: &Entries, new: &[Entry], fail: Fail) -> Result<(), Fail> {
    let grown = present.len().saturating_add(new.len());
    if grown > local.config.limits.entries { Err(fail) } else { Ok(()) }
}
