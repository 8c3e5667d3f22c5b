//! A storage in memory.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;

use super::batch::{Batch, ValueChange};
use super::error::StorageError;
use super::key::Key;
use super::{Backend, Visit};
use crate::util;

/// Values in memory. Records are not kept, since there is no next start.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<Key, Bytes>>);

impl Memory {
    fn values(&self) -> MutexGuard<'_, BTreeMap<Key, Bytes>> {
        util::lock(&self.0)
    }
}

impl Backend for Memory {
    fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        let mut values = self.values();
        for change in &batch.changes {
            match change {
                ValueChange::Put(key, value) => {
                    values.insert(*key, value.clone());
                }
                ValueChange::Remove(keys) => remove(&mut values, keys.clone(), usize::MAX),
                ValueChange::Copy { from, to } => {
                    let range = Key::first(*from)..Key::first(from.saturating_add(1));
                    let copy = |(key, value): (&Key, &Bytes)| (Key { object: *to, ..*key }, value.clone());
                    let copies: Vec<_> = values.range(range).map(copy).collect();
                    values.extend(copies);
                }
            }
        }
        Ok(())
    }

    fn scan(&self, keys: Range<Key>, each: Visit<'_>) -> Result<(), StorageError> {
        // The values are shared, so the lock is not held while the function runs.
        let found: Vec<_> = self.values().range(keys).map(|(key, value)| (*key, value.clone())).collect();
        found.into_iter().try_for_each(|(key, value)| each(key, value))
    }

    fn measure(&self, keys: Range<Key>) -> Result<(u64, u64), StorageError> {
        let add = |(count, bytes): (u64, u64), value: &Bytes| {
            (count.saturating_add(1), bytes.saturating_add(u64::try_from(value.len()).unwrap_or(u64::MAX)))
        };
        Ok(self.values().range(keys).map(|(_, value)| value).fold((0, 0), add))
    }

    fn remove_some(&self, keys: Range<Key>, most: usize) -> Result<bool, StorageError> {
        let mut values = self.values();
        remove(&mut values, keys.clone(), most);
        Ok(values.range(keys).next().is_none())
    }

    fn records(&self, _: &str) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        Ok(Vec::new())
    }

    fn objects(&self) -> Result<Vec<u64>, StorageError> {
        Ok(Vec::new())
    }
}

fn remove(values: &mut BTreeMap<Key, Bytes>, keys: Range<Key>, most: usize) {
    let removed: Vec<Key> = values.range(keys).take(most).map(|(key, _)| *key).collect();
    for key in removed {
        values.remove(&key);
    }
}
