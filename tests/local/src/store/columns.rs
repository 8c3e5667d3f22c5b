//! The tensors of one key of a dataset.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use decthings::Tensor;
use serde::{Deserialize, Serialize};

use super::rows::{Reader, Rows};
use crate::presets::source::{DataSource, no_such_element, positions};
use crate::storage::Storage;
use crate::storage::error::StorageError;
use crate::storage::object::Object;

/// The tensors of a key.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StoredColumn {
    pub(super) tensors: Object,
    /// The length of the encoded tensors.
    pub(super) bytes: u64,
}

/// The tensors of one key as they were at one moment, read when they are needed.
pub(crate) struct Column {
    storage: Storage,
    stored: StoredColumn,
    rows: Rows,
    _reader: Reader,
}

impl Column {
    pub(super) fn new(storage: &Storage, stored: &StoredColumn, rows: &Rows) -> Self {
        Self { storage: storage.clone(), stored: stored.clone(), rows: rows.clone(), _reader: rows.reader() }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The tensors in a range, as far as they exist.
    pub(crate) fn read(&self, range: Range<usize>) -> Result<Vec<Tensor>, StorageError> {
        self.values(range)?.into_iter().map(decode).collect()
    }

    /// The encoded tensors in a range, as far as they exist.
    fn values(&self, range: Range<usize>) -> Result<Vec<Bytes>, StorageError> {
        let mut values = Vec::with_capacity(range.end.min(self.len()).saturating_sub(range.start));
        for rows in self.rows.rows(range) {
            let (Some(first), Some(last)) = (rows.first().copied(), rows.last().copied()) else { continue };
            let mut wanted = rows.into_iter().peekable();
            self.storage.scan(&self.stored.tensors, first..last.saturating_add(1), |row, value| {
                values.extend(wanted.next_if_eq(&row).map(|_| value));
                Ok(())
            })?;
            if let Some(row) = wanted.next() {
                return Err(self.storage.missing(&self.stored.tensors, row));
            }
        }
        Ok(values)
    }
}

impl DataSource for Column {
    fn count(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    fn bytes(&self) -> u64 {
        self.stored.bytes
    }

    fn read(&self, indexes: Range<u32>) -> io::Result<Vec<Bytes>> {
        let positions = positions(indexes).filter(|positions| positions.end <= self.len());
        Ok(self.values(positions.ok_or_else(no_such_element)?)?)
    }
}

/// Reads a tensor that has been stored.
pub(super) fn decode(value: Bytes) -> Result<Tensor, StorageError> {
    Tensor::decode(value).map_err(|error| StorageError::Damaged(format!("a tensor of a dataset: {error}")))
}
