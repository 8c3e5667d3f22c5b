//! Where the data is kept: in memory, or in a folder.
//!
//! A storage has two kinds of data. *Records* are small documents by kind and id; the server holds them all in memory, and
//! the storage keeps them for the next start. *Values* are bytes that stay here: those of an [`object`], such as one key of
//! a dataset, by index. Both change in [batches](batch), each of which is applied as a whole or not at all.

pub(crate) mod batch;
mod database;
pub(crate) mod error;
mod folder;
mod key;
mod large;
mod memory;
pub(crate) mod object;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;

use batch::Batch;
use database::Database;
use error::{OpenError, StorageError};
use key::Key;
use memory::Memory;
use object::{Object, Objects};

/// How many values of unused objects are deleted at a time, so that no call has to wait for long.
const DELETED_AT_A_TIME: usize = 1_000;

/// The operations of a storage. All see what has been committed.
trait Backend: Send + Sync {
    /// Applies a batch, as a whole or not at all.
    fn commit(&self, batch: &Batch) -> Result<(), StorageError>;
    /// Calls a function with the values of a range in their order, until it fails.
    fn scan(&self, keys: Range<Key>, each: Visit<'_>) -> Result<(), StorageError>;
    /// The number of values in a range, and their length in bytes altogether.
    fn measure(&self, keys: Range<Key>) -> Result<(u64, u64), StorageError>;
    /// Removes values of a range, the first ones of no more than so many. Returns whether none is left.
    fn remove_some(&self, keys: Range<Key>, most: usize) -> Result<bool, StorageError>;
    /// The records of a kind, with their ids.
    fn records(&self, kind: &str) -> Result<Vec<(String, Vec<u8>)>, StorageError>;
    /// The numbers of the objects that have values.
    fn objects(&self) -> Result<Vec<u64>, StorageError>;
}

type Visit<'a> = &'a mut dyn FnMut(Key, Bytes) -> Result<(), StorageError>;

/// A storage. Clones share it.
#[derive(Clone)]
pub(crate) struct Storage {
    backend: Arc<dyn Backend>,
    objects: Arc<Objects>,
    keeps_records: bool,
}

impl Storage {
    /// An empty storage in memory, which keeps no records.
    pub(crate) fn in_memory() -> Self {
        Self { backend: Arc::new(Memory::default()), objects: Arc::default(), keeps_records: false }
    }

    /// Opens the storage in a folder, which is made if it does not exist.
    pub(crate) fn open(folder: &Path) -> Result<Self, OpenError> {
        let database = Database::open(folder)?;
        let last = database.objects().map_err(|error| error.opening(folder))?.into_iter().max();
        let objects = Arc::new(Objects::after(last.unwrap_or(0)));
        Ok(Self { backend: Arc::new(database), objects, keeps_records: true })
    }

    pub(crate) fn new_object(&self) -> Object {
        self.objects.add()
    }

    /// The object with a number that was read from a record.
    pub(crate) fn object(&self, number: u64) -> Object {
        self.objects.open(number)
    }

    /// Finds the objects that nothing refers to. Called once, when all records have been read.
    pub(crate) fn find_unused(&self) -> Result<(), StorageError> {
        self.objects.keep_only_open(self.backend.objects()?);
        Ok(())
    }

    /// Whether it keeps records for the next start.
    pub(crate) fn keeps_records(&self) -> bool {
        self.keeps_records
    }

    pub(crate) fn records(&self, kind: &str) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        self.backend.records(kind)
    }

    /// The value of an object at an index, if there is one.
    pub(crate) fn find(&self, object: &Object, index: u32) -> Result<Option<Bytes>, StorageError> {
        let mut found = None;
        let key = object.key(index);
        self.backend.scan(key..key.next(), &mut |_, value| {
            found = Some(value);
            Ok(())
        })?;
        Ok(found)
    }

    /// The value of an object at an index, which must exist.
    pub(crate) fn read(&self, object: &Object, index: u32) -> Result<Bytes, StorageError> {
        self.find(object, index)?.ok_or_else(|| self.missing(object, index))
    }

    /// The error of a value that must exist, and does not.
    pub(crate) fn missing(&self, object: &Object, index: u32) -> StorageError {
        StorageError::Damaged(format!("the value {index} of the object {} is missing", object.number()))
    }

    /// Calls a function with the indexes and values of an object in a range, in order, until it fails.
    pub(crate) fn scan(
        &self,
        object: &Object,
        indexes: Range<u32>,
        mut each: impl FnMut(u32, Bytes) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let keys = object.key(indexes.start)..object.key(indexes.end);
        self.backend.scan(keys, &mut |key, value| each(key.index, value))
    }

    /// The number of values of an object in a range, and their length in bytes altogether.
    pub(crate) fn measure(&self, object: &Object, indexes: Range<u32>) -> Result<(u64, u64), StorageError> {
        self.backend.measure(object.key(indexes.start)..object.key(indexes.end))
    }

    /// Applies a batch, as a whole or not at all.
    pub(crate) fn commit(&self, batch: &Batch) -> Result<(), StorageError> {
        if batch.is_empty() { Ok(()) } else { self.backend.commit(batch) }
    }

    /// Deletes some values of objects that nothing refers to any more. What is left then is deleted by later calls.
    pub(crate) fn delete_some_unused(&self) {
        self.objects.delete(|keys| self.backend.remove_some(keys, DELETED_AT_A_TIME));
    }
}
