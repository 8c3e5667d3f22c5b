//! New states: from uploads and from jobs, and why a job has made none.

use std::collections::BTreeSet;

use bytes::Bytes;
use decthings::types::StateEntry;

use super::check;
use crate::compute::state::StatePart;
use crate::config::Limits;
use crate::error::{self, CallError};
use crate::jobs::signal::{StopReason, StopSignal};
use crate::runtimes::failure::Failure;
use crate::store::change::Change;
use crate::store::states::StoredState;
use crate::util;

const MAX_STATE_KEYS: usize = 255;

/// A state that has not been trained and mounts nothing, without data.
pub(crate) fn new_state(name: String) -> StoredState {
    StoredState::new(util::new_id(), name, util::now())
}

/// Copies uploaded data out of its request. Presets check the contents when they use it.
pub(crate) fn read_parts(path: &str, data: &[StateEntry]) -> Result<Vec<StatePart>, CallError> {
    check::at_most(path, data.len(), MAX_STATE_KEYS)?;
    let mut seen = BTreeSet::new();
    let part = |(index, entry): (usize, &StateEntry)| {
        let path = format!("{path}[{index}].key");
        check::name(&path, &entry.key)?;
        let bytes = Bytes::copy_from_slice(&error::in_memory(&path, entry.data.clone())?);
        if !seen.insert(entry.key.clone()) {
            return Err(CallError::repeated_key(path, &entry.key));
        }
        Ok(StatePart { key: entry.key.clone(), bytes })
    };
    data.iter().enumerate().map(part).collect()
}

/// Adds the state that a job has made to its model, with its data unless it has that already. Nothing is added if the job
/// was stopped in the meantime.
pub(crate) fn add_state(
    store: &mut Change<'_>,
    limits: &Limits,
    signal: &StopSignal,
    model_id: &str,
    mut state: StoredState,
    parts: Option<Vec<StatePart>>,
) -> Result<(), Failure> {
    if let Some(reason) = signal.get() {
        return Err(Failure::Stopped(reason));
    }
    if let Some(parts) = parts {
        state.store(&store.data.storage, &mut store.batch, parts);
    }
    if store.check_space(state.bytes(), limits.stored_bytes).is_err() {
        return Err(Failure::Exception(NO_SPACE.to_owned()));
    }
    match store.model_mut(model_id) {
        Ok(model) => model.add_state(state),
        Err(_) => return Err(Failure::Stopped(StopReason::Cancelled)),
    }
    Ok(())
}

/// Stores what a job has changed.
pub(crate) fn commit(store: Change<'_>) -> Result<(), Failure> {
    store.commit().map_err(|error| {
        error.report();
        Failure::Exception(NOT_STORED.to_owned())
    })
}

/// The error of a job whose result cannot be stored.
pub(crate) const NOT_STORED: &str = "the new state cannot be stored; see the output of the server";

/// The error of a job whose result does not fit into the storage.
pub(crate) const NO_SPACE: &str = "the new state does not fit into the storage; see the limits of the server";
