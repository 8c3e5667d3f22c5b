//! Tables of records: in memory, written to the storage when they change.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;

/// What a table is made of.
pub(crate) trait Record: Clone + Serialize + DeserializeOwned {
    /// The kind of these records in the storage.
    const KIND: &'static str;

    /// A number that orders records by creation.
    fn sequence(&self) -> u64;

    /// Opens what belongs to a record that has been read: nothing, unless it refers to objects.
    fn open(&mut self, _: &Storage) -> Result<(), StorageError> {
        Ok(())
    }
}

/// Records by id. Changes are tracked until they are saved, or undone.
pub(crate) struct Table<T> {
    rows: BTreeMap<String, Arc<T>>,
    /// The records that have changed, as they were before.
    before: BTreeMap<String, Option<Arc<T>>>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), before: BTreeMap::new() }
    }
}

impl<T: Record> Table<T> {
    /// Reads all records.
    pub(crate) fn read(storage: &Storage) -> Result<Self, StorageError> {
        let mut rows = BTreeMap::new();
        for (id, data) in storage.records(T::KIND)? {
            let damaged = |error| StorageError::Damaged(format!("the {} {id}: {error}", T::KIND));
            let mut record: T = serde_json::from_slice(&data).map_err(damaged)?;
            record.open(storage)?;
            rows.insert(id, Arc::new(record));
        }
        Ok(Self { rows, before: BTreeMap::new() })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.rows.get(id).map(Arc::as_ref)
    }

    pub(crate) fn contains_key(&self, id: &str) -> bool {
        self.rows.contains_key(id)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.rows.values().map(Arc::as_ref)
    }

    /// A record to change.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let row = self.rows.get_mut(id)?;
        self.before.entry(id.to_owned()).or_insert_with(|| Some(row.clone()));
        Some(Arc::make_mut(row))
    }

    pub(crate) fn insert(&mut self, id: String, record: T) {
        let before = self.rows.insert(id.clone(), Arc::new(record));
        self.before.entry(id).or_insert(before);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<T>> {
        let removed = self.rows.remove(id)?;
        self.before.entry(id.to_owned()).or_insert_with(|| Some(removed.clone()));
        Some(removed)
    }
}

/// A table, whatever it is made of.
pub(super) trait AnyTable {
    /// The largest number of a record.
    fn last_sequence(&self) -> u64;
    /// Adds the records that have changed to a batch.
    fn save(&self, batch: &mut Batch) -> Result<(), StorageError>;
    /// The changes have been saved.
    fn saved(&mut self);
    /// Undoes the changes that have not been saved.
    fn undo(&mut self);
}

impl<T: Record> AnyTable for Table<T> {
    fn last_sequence(&self) -> u64 {
        self.values().map(T::sequence).max().unwrap_or(0)
    }

    fn save(&self, batch: &mut Batch) -> Result<(), StorageError> {
        for id in self.before.keys() {
            let unserializable = |error| StorageError::Damaged(format!("the {} {id}: {error}", T::KIND));
            let data = self.rows.get(id).map(|row| serde_json::to_vec(&**row)).transpose().map_err(unserializable)?;
            batch.record(T::KIND, id, data);
        }
        Ok(())
    }

    fn saved(&mut self) {
        self.before.clear();
    }

    fn undo(&mut self) {
        for (id, before) in std::mem::take(&mut self.before) {
            match before {
                Some(row) => self.rows.insert(id, row),
                None => self.rows.remove(&id),
            };
        }
    }
}
