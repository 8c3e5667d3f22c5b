//! The tensors of one key of a dataset.

use std::ops::Range;

use bytes::Bytes;
use decthings::Tensor;

use super::rows::{Reader, Rows};
use crate::storage::Storage;
use crate::storage::error::StorageError;
use crate::storage::object::Object;

/// The tensors of one key as they were at one moment, read when they are needed.
pub(crate) struct Column {
    storage: Storage,
    tensors: Object,
    rows: Rows,
    len: usize,
    _reader: Reader,
}

impl Column {
    pub(super) fn new(storage: &Storage, tensors: &Object, rows: &Rows) -> Self {
        let (len, reader) = (rows.len(), rows.reader());
        Self { storage: storage.clone(), tensors: tensors.clone(), rows: rows.clone(), len, _reader: reader }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The tensors in a range, as far as they exist.
    pub(crate) fn read(&self, range: Range<usize>) -> Result<Vec<Tensor>, StorageError> {
        let mut tensors = Vec::with_capacity(range.end.min(self.len).saturating_sub(range.start));
        for rows in self.rows.rows(range) {
            let (Some(first), Some(last)) = (rows.first().copied(), rows.last().copied()) else { continue };
            let mut wanted = rows.into_iter().peekable();
            self.storage.scan(&self.tensors, first..last.saturating_add(1), |row, value| {
                if wanted.next_if_eq(&row).is_some() {
                    tensors.push(decode(value)?);
                }
                Ok(())
            })?;
            if let Some(row) = wanted.next() {
                return Err(self.storage.missing(&self.tensors, row));
            }
        }
        Ok(tensors)
    }
}

/// Reads a tensor that has been stored.
pub(super) fn decode(value: Bytes) -> Result<Tensor, StorageError> {
    Tensor::decode(value).map_err(|error| StorageError::Damaged(format!("a tensor of a dataset: {error}")))
}
