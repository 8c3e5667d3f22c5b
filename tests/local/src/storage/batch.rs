//! Changes that are made together.

use std::ops::Range;

use bytes::Bytes;

use super::key::Key;
use super::object::Object;

/// Changes of records and values, in their order.
#[derive(Default)]
pub(crate) struct Batch {
    pub(super) changes: Vec<ValueChange>,
    pub(super) records: Vec<RecordChange>,
    bytes: usize,
}

pub(super) enum ValueChange {
    Put(Key, Bytes),
    Remove(Range<Key>),
    /// Copies all values of one object to another.
    Copy {
        from: u64,
        to: u64,
    },
}

pub(super) struct RecordChange {
    pub(super) kind: &'static str,
    pub(super) id: String,
    /// Nothing deletes it.
    pub(super) data: Option<Vec<u8>>,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.records.is_empty()
    }

    /// The length of all values to set.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Sets a value. The bytes should not be a part of much larger ones, which would stay in memory with them.
    pub(crate) fn put(&mut self, object: &Object, index: u32, value: Bytes) {
        self.bytes = self.bytes.saturating_add(value.len());
        self.changes.push(ValueChange::Put(object.key(index), value));
    }

    /// Removes the values of a range.
    pub(crate) fn remove(&mut self, object: &Object, indexes: Range<u32>) {
        self.changes.push(ValueChange::Remove(object.key(indexes.start)..object.key(indexes.end)));
    }

    pub(crate) fn copy(&mut self, from: &Object, to: &Object) {
        self.changes.push(ValueChange::Copy { from: from.number(), to: to.number() });
    }

    /// Sets a record, or deletes it.
    pub(crate) fn record(&mut self, kind: &'static str, id: &str, data: Option<Vec<u8>>) {
        self.records.push(RecordChange { kind, id: id.to_owned(), data });
    }
}
