//! Entries to add to a dataset, checked against its keys.

use std::collections::BTreeMap;

use bytes::Bytes;
use decthings::Tensor;
use decthings::types::{DatasetKeyData, ParameterDefinition, TensorRules};

use super::entries::footprint;
use crate::error::CallError;

/// Entries as columns: the encoded tensors of each key, in the order of the dataset's keys.
pub(crate) struct NewEntries {
    columns: Vec<Vec<Bytes>>,
    rows: usize,
}

impl NewEntries {
    /// Checks entries against the keys of their dataset. The tensors are copied: those of a request share the memory of
    /// the whole request, which would stay allocated for as long as any of them is in memory.
    pub(crate) fn read(keys: &[ParameterDefinition], data: Vec<DatasetKeyData>) -> Result<Self, CallError> {
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
            if columns.insert(column.key.clone(), (path.clone(), column.data)).is_some() {
                return Err(CallError::repeated_key(format!("{path}.key"), &column.key));
            }
        }
        if let Some(key) = keys.iter().find(|key| !columns.contains_key(&key.name)) {
            return Err(CallError::invalid("keys", format!("the key {:?} is missing", key.name)));
        }
        let columns: Vec<_> = keys.iter().filter_map(|key| columns.remove(&key.name)).collect();
        let rows = columns.iter().map(|(_, column)| column.len()).max().unwrap_or(0);
        if let Some((path, column)) = columns.iter().find(|(_, column)| column.len() != rows) {
            let reason = format!("has {} entries where another key has {rows}", column.len());
            return Err(CallError::invalid(format!("{path}.data"), reason));
        }
        let encode = |(_, column): (String, Vec<Tensor>)| column.iter().map(Tensor::to_bytes).collect();
        Ok(Self { columns: columns.into_iter().map(encode).collect(), rows })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The length of the encoded tensors.
    pub(super) fn bytes(&self) -> u64 {
        let all = self.columns.iter().flatten().map(Bytes::len).fold(0, usize::saturating_add);
        u64::try_from(all).unwrap_or(u64::MAX)
    }

    /// The space that they take, about, in bytes.
    pub(crate) fn footprint(&self) -> u64 {
        let tensors = self.rows.saturating_mul(self.columns.len());
        footprint(u64::try_from(tensors).unwrap_or(u64::MAX), self.bytes())
    }

    pub(super) fn into_columns(self) -> Vec<Vec<Bytes>> {
        self.columns
    }
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
