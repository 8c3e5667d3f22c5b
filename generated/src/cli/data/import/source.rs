//! What entries are read from.

use std::path::Path;

use decthings::Tensor;
use decthings::types::DatasetKeyData;
use sha1_smol::Sha1;

use crate::failure::Failure;

/// The most bytes of tensors in a call, as in [`decthings::bulk`].
const MAX_BYTES: usize = 16 << 20;

/// The most tensors in a call.
const MAX_TENSORS: usize = 255;

/// Entries in an order that is the same in each run.
pub(super) trait Source: Send + 'static {
    /// The keys of the entries.
    fn keys(&self) -> &[String];

    /// The number of all entries, if it is known before they are read.
    fn total(&self) -> Option<u64>;

    /// Passes over entries.
    fn skip(&mut self, entries: u64) -> Result<(), Failure>;

    /// The tensors of the next entry, one for each key.
    fn next(&mut self) -> Result<Option<Vec<Tensor>>, Failure>;

    /// Identifies the content, without reading it all, and how it is read.
    fn stamp(&mut self) -> Result<String, Failure>;
}

/// Entries that are sent in one call.
pub(super) struct Batch {
    pub(super) keys: Vec<DatasetKeyData>,
    pub(super) entries: u32,
    pub(super) bytes: u64,
}

/// Cuts the entries of a source into batches.
pub(super) struct Batches {
    source: Box<dyn Source>,
    /// An entry that did not fit into the last batch.
    left: Option<Vec<Tensor>>,
}

impl Batches {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self { source, left: None }
    }

    /// The source, from the next entry on.
    pub(super) fn source(&mut self) -> &mut dyn Source {
        &mut *self.source
    }

    /// The next batch of at most so many entries; `None` at the end.
    pub(super) fn next(&mut self, most: usize) -> Result<Option<Batch>, Failure> {
        let names = self.source.keys().to_vec();
        let most = MAX_TENSORS.checked_div(names.len()).unwrap_or(0).max(1).min(most);
        let mut columns: Vec<Vec<Tensor>> = names.iter().map(|_| Vec::new()).collect();
        let (mut entries, mut bytes) = (0_usize, 0_usize);
        while entries < most {
            let entry = match self.left.take() {
                Some(entry) => entry,
                None => match self.source.next()? {
                    Some(entry) => entry,
                    None => break,
                },
            };
            let size = entry.iter().fold(0_usize, |sum, tensor| sum.saturating_add(tensor.encoded_len()));
            if entries > 0 && bytes.saturating_add(size) > MAX_BYTES {
                self.left = Some(entry);
                break;
            }
            for (column, tensor) in columns.iter_mut().zip(entry) {
                column.push(tensor);
            }
            entries = entries.saturating_add(1);
            bytes = bytes.saturating_add(size);
        }
        if entries == 0 {
            return Ok(None);
        }
        let keys = names.into_iter().zip(columns).map(|(name, column)| DatasetKeyData::new(name, column)).collect();
        let entries = u32::try_from(entries).unwrap_or(u32::MAX);
        Ok(Some(Batch { keys, entries, bytes: u64::try_from(bytes).unwrap_or(u64::MAX) }))
    }
}

/// A hash of what identifies a source.
pub(super) struct Stamp(Sha1);

impl Stamp {
    pub(super) fn new() -> Self {
        Self(Sha1::new())
    }

    pub(super) fn with(mut self, text: &str) -> Self {
        self.0.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Adds the path of a file, its size and the time of its last change.
    pub(super) fn with_file(self, path: &Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::usage(format!("{}: {error}", path.display()));
        let metadata = std::fs::metadata(path).map_err(failed)?;
        let changed = metadata.modified().map_err(failed)?;
        Ok(self.with(&format!("{} {} {changed:?}", path.display(), metadata.len())))
    }

    pub(super) fn finish(self) -> String {
        self.0.digest().to_string()
    }
}
