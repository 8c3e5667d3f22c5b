//! Splits entries into calls.

use std::ops::Range;

use crate::api::types::DatasetKeyData;
use crate::runtime::error::Failure;

/// The maximum number of tensors per call.
const MAX_TENSORS: usize = 255;

/// Consecutive entries that are sent together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) entries: Range<usize>,
    pub(super) bytes: u64,
}

/// Splits entries into at least one part of at most `max_bytes`, unless a single entry is larger.
pub(super) fn plan(keys: &[DatasetKeyData], max_bytes: u64) -> Result<Vec<Part>, Failure> {
    let entries = keys.first().map_or(0, |key| key.data.len());
    if let Some((at, key)) = keys.iter().enumerate().find(|(_, key)| key.data.len() != entries) {
        let reason = format!("has {} entries, but the first key has {entries}", key.data.len());
        return Err(Failure::invalid(format!("keys[{at}].data"), reason));
    }
    let max_entries = MAX_TENSORS.checked_div(keys.len()).unwrap_or(MAX_TENSORS);
    if max_entries == 0 {
        let reason = format!("has {} keys, but a call has at most {MAX_TENSORS} tensors", keys.len());
        return Err(Failure::invalid("keys", reason));
    }
    let mut parts = Vec::new();
    let mut part = Part { entries: 0..0, bytes: 0 };
    for index in 0..entries {
        let tensors = keys.iter().filter_map(|key| key.data.get(index));
        let size = tensors.fold(0_usize, |sum, tensor| sum.saturating_add(tensor.encoded_len()));
        let size = u64::try_from(size).unwrap_or(u64::MAX);
        let is_full = part.entries.len() >= max_entries || part.bytes.saturating_add(size) > max_bytes;
        if is_full && !part.entries.is_empty() {
            parts.push(std::mem::replace(&mut part, Part { entries: index..index, bytes: 0 }));
        }
        part.entries.end = index.saturating_add(1);
        part.bytes = part.bytes.saturating_add(size);
    }
    parts.push(part);
    Ok(parts)
}

/// Copies a part of the entries, but not their tensors.
pub(super) fn cut(keys: &[DatasetKeyData], entries: &Range<usize>) -> Vec<DatasetKeyData> {
    let part = |key: &DatasetKeyData| {
        DatasetKeyData::new(key.key.as_str(), key.data.get(entries.clone()).unwrap_or_default().iter().cloned())
    };
    keys.iter().map(part).collect()
}
