//! A list of entries of a dataset.
//!
//! The tensors of a key are the values of an object, by row. Rows are numbered in the order in which they are added, and
//! keep their numbers; the index of an entry counts those that are left. Only the [map](super::rows) of these is in memory.

use std::collections::BTreeSet;
use std::ops::Range;

use decthings::Tensor;
use decthings::types::{
    DatasetEntries, DatasetKeyEntries, DatasetKeyEntry, EntrySelection, EntryTotals, ParameterDefinition,
};
use serde::{Deserialize, Serialize};

use super::columns::{Column, StoredColumn, decode};
use super::new_entries::NewEntries;
use super::rows::Rows;
use crate::error::CallError;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::storage::error::StorageError;

/// The memory that a tensor takes beside its bytes, about, or the space in a database.
const DESCRIPTION: u64 = 128;

/// The space that a tensor takes, about, in bytes. Small ones are mostly their own description.
pub(crate) fn footprint_of(tensor: &Tensor) -> u64 {
    u64::try_from(tensor.byte_len()).unwrap_or(u64::MAX).saturating_add(DESCRIPTION)
}

/// The space that so many tensors take, about, which have so many bytes altogether.
pub(super) fn footprint(tensors: u64, bytes: u64) -> u64 {
    tensors.saturating_mul(DESCRIPTION).saturating_add(bytes)
}

/// A list of entries.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Entries {
    rows: Rows,
    columns: Vec<StoredColumn>,
}

impl Entries {
    /// An empty list for so many keys.
    pub(crate) fn new(storage: &Storage, keys: usize) -> Self {
        let column = |_| StoredColumn { tensors: storage.new_object(), bytes: 0 };
        Self { rows: Rows::new(storage), columns: (0..keys).map(column).collect() }
    }

    /// Opens a list that has been read from a record.
    pub(crate) fn open(&mut self, storage: &Storage) -> Result<(), StorageError> {
        for column in &mut self.columns {
            column.tensors = storage.object(column.tensors.number());
        }
        self.rows.open(storage)
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The space that they take, about, in bytes.
    pub(crate) fn footprint(&self) -> u64 {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        footprint(count(self.len()).saturating_mul(count(self.columns.len())), self.bytes())
    }

    /// The length of the encoded tensors.
    fn bytes(&self) -> u64 {
        self.columns.iter().map(|column| column.bytes).fold(0, u64::saturating_add)
    }

    pub(crate) fn totals(&self) -> EntryTotals {
        EntryTotals::new(u32::try_from(self.len()).unwrap_or(u32::MAX), self.bytes())
    }

    pub(crate) fn append(&mut self, batch: &mut Batch, new: NewEntries) -> Result<(), CallError> {
        let added = self.rows.append(batch, new.len()).ok_or(CallError::LimitExceeded)?;
        for (column, tensors) in self.columns.iter_mut().zip(new.into_columns()) {
            for (row, tensor) in added.clone().zip(tensors) {
                column.bytes = column.bytes.saturating_add(u64::try_from(tensor.len()).unwrap_or(u64::MAX));
                batch.put(&column.tensors, row, tensor);
            }
        }
        Ok(())
    }

    /// Reads which entries to remove. All must exist, and each may be given once. Errors call the list `path`.
    pub(crate) fn choose(&self, path: &str, indexes: &[u32]) -> Result<BTreeSet<u32>, CallError> {
        let mut chosen = BTreeSet::new();
        for (position, &index) in indexes.iter().enumerate() {
            let row = self.row(index).ok_or(CallError::IndexOutOfRange)?;
            if !chosen.insert(row) {
                let reason = format!("the index {index} is repeated");
                return Err(CallError::invalid(format!("{path}[{position}]"), reason));
            }
        }
        Ok(chosen)
    }

    /// Removes rows, and returns their number and size. Later entries move up.
    pub(crate) fn remove(
        &mut self,
        storage: &Storage,
        batch: &mut Batch,
        chosen: &BTreeSet<u32>,
    ) -> Result<(u64, u64), CallError> {
        let mut bytes = 0u64;
        for range in ranges(chosen) {
            for column in &mut self.columns {
                let removed = storage.measure(&column.tensors, range.clone())?.1;
                column.bytes = column.bytes.saturating_sub(removed);
                bytes = bytes.saturating_add(removed);
            }
        }
        self.rows.remove(batch, chosen, self.columns.iter().map(|column| &column.tensors));
        Ok((u64::try_from(chosen.len()).unwrap_or(u64::MAX), bytes))
    }

    /// The selected entries that exist: those of a range, or single ones in the order given, each once.
    pub(crate) fn select(
        &self,
        storage: &Storage,
        keys: &[ParameterDefinition],
        selection: &EntrySelection,
    ) -> Result<DatasetEntries, CallError> {
        let columns = match selection {
            EntrySelection::Indexes(indexes) => {
                let mut seen = BTreeSet::new();
                let rows: Vec<(u32, u32)> = indexes
                    .iter()
                    .filter(|index| seen.insert(**index))
                    .filter_map(|&index| Some((index, self.row(index)?)))
                    .collect();
                let column = |column: &StoredColumn| {
                    let entry = |&(index, row): &(u32, u32)| {
                        Ok(DatasetKeyEntry::new(index, decode(storage.read(&column.tensors, row)?)?))
                    };
                    rows.iter().map(entry).collect::<Result<Vec<_>, StorageError>>()
                };
                self.columns.iter().map(column).collect::<Result<Vec<_>, _>>()?
            }
            EntrySelection::EntryRange(range) if range.start > range.end => {
                let reason = format!("must not be below the start, {}, got {}", range.start, range.end);
                return Err(CallError::invalid("entries.end", reason));
            }
            EntrySelection::EntryRange(range) => {
                let place = |index| usize::try_from(index).unwrap_or(usize::MAX);
                let column = |key| {
                    let Some(column) = self.column(storage, key) else { return Ok(Vec::new()) };
                    let tensors = column.read(place(range.start)..place(range.end))?;
                    Ok((range.start..)
                        .zip(tensors)
                        .map(|(index, tensor)| DatasetKeyEntry::new(index, tensor))
                        .collect())
                };
                (0..self.columns.len()).map(column).collect::<Result<Vec<_>, StorageError>>()?
            }
            _ => return Err(CallError::invalid("entries", "must be a list of indexes or a range")),
        };
        let columns = keys.iter().zip(columns).map(|(key, entries)| DatasetKeyEntries::new(&key.name, entries));
        Ok(DatasetEntries::new(columns))
    }

    fn row(&self, index: u32) -> Option<u32> {
        self.rows.row(usize::try_from(index).ok()?)
    }

    /// The tensors of one key, one for each entry. Later changes of the list do not affect them.
    pub(crate) fn column(&self, storage: &Storage, key: usize) -> Option<Column> {
        Some(Column::new(storage, self.columns.get(key)?, &self.rows))
    }
}

/// Numbers in order as ranges of those that follow each other.
pub(super) fn ranges(numbers: &BTreeSet<u32>) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = Vec::new();
    for &number in numbers {
        let end = number.saturating_add(1);
        match ranges.last_mut() {
            Some(last) if last.end == number => last.end = end,
            _ => ranges.push(number..end),
        }
    }
    ranges
}
