//! New states, and why a job has none.

use std::collections::BTreeSet;
use std::sync::Arc;

use decthings::types::StateEntry;

use super::check;
use crate::compute::state::StatePart;
use crate::error::CallError;
use crate::store::states::StoredState;
use crate::util;

const MAX_KEYS: usize = 255;

/// A state that has not been trained and mounts nothing.
pub(crate) fn new_state(name: String, parts: Vec<StatePart>) -> StoredState {
    StoredState {
        id: util::new_id(),
        name,
        training_operations: Vec::new(),
        created_at: util::now(),
        parts: Arc::new(parts),
        mounted: Vec::new(),
    }
}

/// Copies uploaded data out of its request. Presets check the contents when they use it.
pub(crate) fn read_parts(path: &str, data: &[StateEntry]) -> Result<Vec<StatePart>, CallError> {
    if data.len() > MAX_KEYS {
        return Err(CallError::invalid(path, format!("at most {MAX_KEYS} keys are possible, got {}", data.len())));
    }
    let mut seen = BTreeSet::new();
    let part = |(index, entry): (usize, &StateEntry)| {
        let path = format!("{path}[{index}].key");
        check::name(&path, &entry.key)?;
        if !seen.insert(entry.key.clone()) {
            return Err(CallError::invalid(path, format!("the key {:?} is repeated", entry.key)));
        }
        Ok(StatePart { key: entry.key.clone(), bytes: entry.data.to_vec() })
    };
    data.iter().enumerate().map(part).collect()
}

/// The error of a job whose preset panicked, which is a bug.
pub(crate) const PANICKED: &str = "the preset panicked; see the output of the server";

/// The error of a job whose result does not fit into the storage.
pub(crate) const NO_SPACE: &str = "the new state does not fit into the storage; see the limits of the server";
