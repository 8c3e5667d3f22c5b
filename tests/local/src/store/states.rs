//! States of models.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, Weak};

use decthings::Blob;
use decthings::types::{ModelState, MountedModel, StateData, StateEntry, StateKeySize};
use serde::{Deserialize, Serialize};

use crate::compute::state::StatePart;
use crate::error::CallError;
use crate::jobs::signal::StopSignal;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;
use crate::storage::object::Object;
use crate::util;

/// The keys and bytes of a state in memory, cheap to clone.
pub(crate) type Parts = Arc<Vec<StatePart>>;

/// A state of a model, or of a snapshot.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) training_operations: Vec<String>,
    pub(crate) created_at: i64,
    pub(crate) mounted: Vec<MountedModel>,
    pub(crate) parts: Vec<StoredPart>,
    /// The data, as long as anything uses it.
    #[serde(skip)]
    pub(crate) loaded: Arc<Mutex<Weak<Vec<StatePart>>>>,
}

/// A key of a state. Its bytes are the value of an object, which copies of the state share.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredPart {
    key: String,
    pub(super) size: u64,
    data: Object,
}

impl StoredState {
    /// A state without data, which has not been trained and mounts nothing.
    pub(crate) fn new(id: String, name: String, created_at: i64) -> Self {
        Self {
            id,
            name,
            training_operations: Vec::new(),
            created_at,
            mounted: Vec::new(),
            parts: Vec::new(),
            loaded: Arc::default(),
        }
    }

    /// Stores the data of a new state.
    pub(crate) fn store(&mut self, storage: &Storage, batch: &mut Batch, parts: Vec<StatePart>) {
        let store = |part: StatePart| {
            let stored = StoredPart { size: part_size(&part), key: part.key, data: storage.new_object() };
            batch.put(&stored.data, 0, part.bytes);
            stored
        };
        self.parts = parts.into_iter().map(store).collect();
        self.loaded = Arc::default();
    }

    pub(super) fn open(&mut self, storage: &Storage) {
        for part in &mut self.parts {
            part.data = storage.object(part.data.number());
        }
    }

    /// Reads the data. As long as it is in use, all get the same.
    pub(crate) fn load(&self, storage: &Storage) -> Result<Parts, StorageError> {
        let load = |part: &StoredPart| Ok(StatePart { key: part.key.clone(), bytes: storage.read(&part.data, 0)? });
        let mut loaded = util::lock(&self.loaded);
        if let Some(parts) = loaded.upgrade() {
            return Ok(parts);
        }
        let parts = Arc::new(self.parts.iter().map(load).collect::<Result<_, StorageError>>()?);
        *loaded = Arc::downgrade(&parts);
        Ok(parts)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.size).fold(0, u64::saturating_add)
    }

    pub(crate) fn keys(&self) -> Vec<StateKeySize> {
        self.parts.iter().map(|part| StateKeySize::new(&part.key, part.size)).collect()
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
    pub(crate) fn data(&self, storage: &Storage, keys: Option<&[String]>) -> Result<StateData, CallError> {
        let chosen = choose(&self.parts, |part| &part.key, keys)?;
        let entry = |part: &StoredPart| Ok(StateEntry::new(&part.key, Blob::from(storage.read(&part.data, 0)?)));
        Ok(StateData::new(chosen.into_iter().map(entry).collect::<Result<Vec<_>, StorageError>>()?))
    }
}

/// A state that is being made.
#[derive(Clone)]
pub(crate) struct CreatingState {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) started_at: i64,
    pub(crate) signal: StopSignal,
}

/// The data of the given keys, each once, or of all.
pub(crate) fn data(parts: &Parts, keys: Option<&[String]>) -> Result<StateData, CallError> {
    let chosen = choose(parts, |part| &part.key, keys)?;
    Ok(StateData::new(chosen.into_iter().map(|part| StateEntry::new(&part.key, Blob::from(part.bytes.clone())))))
}

/// The parts with the given keys, each once, or all.
fn choose<'a, P>(
    parts: &'a [P],
    key_of: impl Fn(&P) -> &String,
    keys: Option<&[String]>,
) -> Result<Vec<&'a P>, CallError> {
    let Some(keys) = keys else { return Ok(parts.iter().collect()) };
    let mut seen = BTreeSet::new();
    let find = |key: &String| parts.iter().find(|part| key_of(part) == key).ok_or(CallError::StateKeyNotFound);
    keys.iter().filter(|key| seen.insert(*key)).map(find).collect()
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
