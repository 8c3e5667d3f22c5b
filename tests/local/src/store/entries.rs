//! The entries of a dataset: rows with one tensor per key.

use std::collections::{BTreeMap, BTreeSet};

use decthings::Tensor;
use decthings::types::{
    DatasetEntries, DatasetKeyData, DatasetKeyEntries, DatasetKeyEntry, EntrySelection, EntryTotals,
    ParameterDefinition, TensorRules,
};

use crate::error::CallError;

/// One entry: a tensor for each key, in the order of the dataset's keys.
pub(crate) struct Entry {
    tensors: Vec<Tensor>,
    bytes: u64,
    footprint: u64,
}

/// Copies the tensors of a request. Each shares the memory of the whole request, which would stay allocated for as long
/// as any of them is stored.
pub(crate) fn copied(mut data: Vec<DatasetKeyData>) -> Vec<DatasetKeyData> {
    for tensor in data.iter_mut().flat_map(|column| &mut column.data) {
        *tensor = tensor.detach();
    }
    data
}

/// Checks new entries against the keys of their dataset.
pub(crate) fn read(keys: &[ParameterDefinition], data: Vec<DatasetKeyData>) -> Result<Vec<Entry>, CallError> {
    let mut columns = BTreeMap::new();
    for (index, column) in data.into_iter().enumerate() {
        let path = format!("keys[{index}]");
        let Some(key) = keys.iter().find(|key| key.name == column.key) else {
            let path = format!("{path}.key");
            return Err(CallError::invalid(path, format!("the dataset has no key {:?}", column.key)));
        };
        for (row, tensor) in column.data.iter().enumerate() {
            check_tensor(&key.rules, tensor).map_err(|reason| {
                CallError::invalid(format!("{path}.data[{row}]"), format!("key {:?}: {reason}", key.name))
            })?;
        }
        if columns.insert(column.key.clone(), (path.clone(), column.data.into_iter())).is_some() {
            return Err(CallError::repeated_key(format!("{path}.key"), &column.key));
        }
    }
    if let Some(key) = keys.iter().find(|key| !columns.contains_key(&key.name)) {
        return Err(CallError::invalid("keys", format!("the key {:?} is missing", key.name)));
    }
    let mut columns: Vec<_> = keys.iter().filter_map(|key| columns.remove(&key.name)).collect();
    let rows = columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
    if let Some((path, column)) = columns.iter().find(|(_, column)| column.len() != rows) {
        let reason = format!("has {} entries where another key has {rows}", column.len());
        return Err(CallError::invalid(format!("{path}.data"), reason));
    }
    Ok((0..rows).map(|_| Entry::new(columns.iter_mut().filter_map(|(_, column)| column.next()))).collect())
}

impl Entry {
    fn new(tensors: impl Iterator<Item = Tensor>) -> Self {
        let tensors: Vec<Tensor> = tensors.collect();
        let bytes = tensors.iter().map(|tensor| tensor.encoded_len()).fold(0, usize::saturating_add);
        let footprint = tensors.iter().map(footprint_of).fold(0, u64::saturating_add);
        Self { tensors, bytes: u64::try_from(bytes).unwrap_or(u64::MAX), footprint }
    }
}

/// The memory that entries take, about, in bytes.
pub(crate) fn footprint(entries: &[Entry]) -> u64 {
    entries.iter().map(|entry| entry.footprint).fold(0, u64::saturating_add)
}

/// A list of entries.
#[derive(Default)]
pub(crate) struct Entries {
    rows: Vec<Entry>,
    bytes: u64,
    footprint: u64,
}

impl Entries {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The memory that they take, about, in bytes.
    pub(crate) fn footprint(&self) -> u64 {
        self.footprint
    }

    pub(crate) fn totals(&self) -> EntryTotals {
        EntryTotals::new(u32::try_from(self.rows.len()).unwrap_or(u32::MAX), self.bytes)
    }

    pub(crate) fn append(&mut self, entries: Vec<Entry>) {
        self.bytes = entries.iter().map(|entry| entry.bytes).fold(self.bytes, u64::saturating_add);
        self.footprint = self.footprint.saturating_add(footprint(&entries));
        self.rows.extend(entries);
    }

    /// Reads which entries to remove. All must exist, and each may be given once. Errors call the list `path`.
    pub(crate) fn choose(&self, path: &str, indexes: &[u32]) -> Result<BTreeSet<usize>, CallError> {
        let mut chosen = BTreeSet::new();
        for (position, &index) in indexes.iter().enumerate() {
            let index = usize::try_from(index).map_err(|_| CallError::IndexOutOfRange)?;
            if index >= self.rows.len() {
                return Err(CallError::IndexOutOfRange);
            }
            if !chosen.insert(index) {
                return Err(CallError::invalid(
                    format!("{path}[{position}]"),
                    format!("the index {index} is repeated"),
                ));
            }
        }
        Ok(chosen)
    }

    /// Removes entries, and returns their number and size. Later entries move up.
    pub(crate) fn remove(&mut self, chosen: &BTreeSet<usize>) -> (u64, u64) {
        let (mut count, mut bytes, mut footprint) = (0u64, 0u64, 0u64);
        let mut index = 0usize;
        self.rows.retain(|entry| {
            let removed = chosen.contains(&index);
            index = index.saturating_add(1);
            if removed {
                count = count.saturating_add(1);
                bytes = bytes.saturating_add(entry.bytes);
                footprint = footprint.saturating_add(entry.footprint);
            }
            !removed
        });
        self.bytes = self.bytes.saturating_sub(bytes);
        self.footprint = self.footprint.saturating_sub(footprint);
        (count, bytes)
    }

    /// The selected entries that exist: those of a range, or single ones in the order given, each once.
    pub(crate) fn select(
        &self,
        keys: &[ParameterDefinition],
        selection: &EntrySelection,
    ) -> Result<DatasetEntries, CallError> {
        let indexes = match selection {
            EntrySelection::Indexes(indexes) => {
                let mut seen = BTreeSet::new();
                indexes.iter().copied().filter(|&index| self.row(index).is_some() && seen.insert(index)).collect()
            }
            EntrySelection::EntryRange(range) if range.start > range.end => {
                let reason = format!("must not be below the start, {}, got {}", range.start, range.end);
                return Err(CallError::invalid("entries.end", reason));
            }
            EntrySelection::EntryRange(range) => {
                let end = range.end.min(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
                (range.start..end).collect::<Vec<u32>>()
            }
            _ => return Err(CallError::invalid("entries", "must be a list of indexes or a range")),
        };
        let columns = keys.iter().enumerate().map(|(key, definition)| {
            let entry = |&index: &u32| Some(DatasetKeyEntry::new(index, self.row(index)?.tensors.get(key)?.clone()));
            DatasetKeyEntries::new(&definition.name, indexes.iter().filter_map(entry))
        });
        Ok(DatasetEntries::new(columns))
    }

    fn row(&self, index: u32) -> Option<&Entry> {
        self.rows.get(usize::try_from(index).ok()?)
    }

    /// The tensors of one key, one for each entry.
    pub(crate) fn column(&self, key: usize) -> Vec<Tensor> {
        self.rows.iter().filter_map(|entry| entry.tensors.get(key).cloned()).collect()
    }
}

/// The memory that a tensor takes, about, in bytes. Small ones are mostly their own description.
pub(crate) fn footprint_of(tensor: &Tensor) -> u64 {
    const DESCRIPTION: u64 = 128;
    u64::try_from(tensor.byte_len()).unwrap_or(u64::MAX).saturating_add(DESCRIPTION)
}

/// Checks a tensor against rules for its type and shape. The error is the reason.
pub(crate) fn check_tensor(rules: &TensorRules, tensor: &Tensor) -> Result<(), String> {
    check_type(rules, tensor)?;
    let shape = tensor.shape();
    let fits = shape.len() == rules.shape.len()
        && shape.iter().zip(&rules.shape).all(|(&got, &wanted)| wanted == -1 || usize::try_from(wanted) == Ok(got));
    if fits {
        return Ok(());
    }
    Err(format!("must have the shape {:?} (-1 is any length), got {shape:?}", rules.shape))
}

/// Checks the type of a tensor only.
pub(crate) fn check_type(rules: &TensorRules, tensor: &Tensor) -> Result<(), String> {
    let got = tensor.dtype().as_str();
    if rules.allowed_types.iter().any(|allowed| allowed.as_str() == got) {
        return Ok(());
    }
    let allowed: Vec<&str> = rules.allowed_types.iter().map(|allowed| allowed.as_str()).collect();
    Err(format!("must be of type {}, got {got}", allowed.join(" or ")))
}
