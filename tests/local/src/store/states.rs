//! States of models.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use decthings::Blob;
use decthings::types::{ModelState, MountedModel, StateData, StateEntry, StateKeySize};

use crate::compute::state::StatePart;
use crate::error::CallError;
use crate::jobs::signal::StopSignal;

/// The keys and bytes of a state, cheap to clone.
pub(crate) type Parts = Arc<Vec<StatePart>>;

/// A state of a model, or of a snapshot.
#[derive(Clone)]
pub(crate) struct StoredState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) training_operations: Vec<String>,
    pub(crate) created_at: i64,
    pub(crate) parts: Parts,
    pub(crate) mounted: Vec<MountedModel>,
}

impl StoredState {
    pub(crate) fn bytes(&self) -> u64 {
        size(&self.parts)
    }

    pub(crate) fn keys(&self) -> Vec<StateKeySize> {
        keys(&self.parts)
    }

    pub(crate) fn view(&self) -> ModelState {
        ModelState::new(
            &self.id,
            &self.name,
            &self.training_operations,
            self.created_at,
            false,
            self.keys(),
            self.mounted.clone(),
        )
    }

    /// The data of the given keys, each once, or of all.
    pub(crate) fn data(&self, keys: Option<&[String]>) -> Result<StateData, CallError> {
        data(&self.parts, keys)
    }
}

/// A state that is being made.
pub(crate) struct CreatingState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) started_at: i64,
    pub(crate) signal: StopSignal,
}

/// The data of the given keys, each once, or of all.
pub(crate) fn data(parts: &Parts, keys: Option<&[String]>) -> Result<StateData, CallError> {
    let entry = |index: usize, part: &StatePart| StateEntry::new(&part.key, Blob::from(part_bytes(parts, index)));
    let Some(keys) = keys else {
        let all = parts.iter().enumerate().map(|(index, part)| entry(index, part));
        return Ok(StateData::new(all));
    };
    let mut seen = BTreeSet::new();
    let chosen = keys.iter().filter(|key| seen.insert(*key)).map(|key| {
        let mut all = parts.iter().enumerate();
        let (index, part) = all.find(|(_, part)| part.key == *key).ok_or(CallError::StateKeyNotFound)?;
        Ok(entry(index, part))
    });
    Ok(StateData::new(chosen.collect::<Result<Vec<_>, CallError>>()?))
}

/// The keys of a state, and how large their data is.
pub(crate) fn keys(parts: &[StatePart]) -> Vec<StateKeySize> {
    parts.iter().map(|part| StateKeySize::new(&part.key, part_size(part))).collect()
}

/// The size of a state, in bytes.
pub(crate) fn size(parts: &[StatePart]) -> u64 {
    parts.iter().map(part_size).fold(0, u64::saturating_add)
}

pub(crate) fn part_size(part: &StatePart) -> u64 {
    u64::try_from(part.bytes.len()).unwrap_or(u64::MAX)
}

/// The bytes of a part, without a copy. There are none if it does not exist.
pub(crate) fn part_bytes(parts: &Parts, index: usize) -> Bytes {
    Bytes::from_owner(PartBytes { parts: parts.clone(), index })
}

/// Lends the bytes of a part to a response or a program.
struct PartBytes {
    parts: Parts,
    index: usize,
}

impl AsRef<[u8]> for PartBytes {
    fn as_ref(&self) -> &[u8] {
        self.parts.get(self.index).map_or(&[], |part| &part.bytes)
    }
}
