//! Changes of the data.

use std::ops::{Deref, DerefMut};
use std::sync::MutexGuard;

use super::Store;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;

/// A change of the data, which nobody else sees before it is committed. It is undone if it is dropped before.
pub(crate) struct Change<'a> {
    pub(crate) data: MutexGuard<'a, Store>,
    /// Values that are stored with the records.
    pub(crate) batch: Batch,
}

impl<'a> Change<'a> {
    pub(crate) fn new(data: MutexGuard<'a, Store>) -> Self {
        Self { data, batch: Batch::default() }
    }

    /// Stores everything that has changed. If this fails, nothing has.
    pub(crate) fn commit(mut self) -> Result<(), StorageError> {
        if self.data.storage.keeps_records() {
            self.data.save(&mut self.batch)?;
        }
        self.data.storage.commit(&self.batch)?;
        self.data.saved();
        self.data.storage.delete_some_unused();
        Ok(())
    }
}

impl Deref for Change<'_> {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.data
    }
}

impl DerefMut for Change<'_> {
    fn deref_mut(&mut self) -> &mut Store {
        &mut self.data
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.data.undo();
    }
}
