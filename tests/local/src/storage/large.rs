//! Large values, each of which is a file.

use std::collections::BTreeSet;
use std::fs::{File, read_dir, remove_file};
use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;

use super::error::StorageError;

/// Longer values are files. Up to about this length, a database is faster.
pub(super) const LARGE: usize = 64 << 10;

/// The files of large values, by number. A file is written before the commit that refers to it, and deleted after the one
/// that no longer does; the next start deletes those that are left.
pub(super) struct LargeValues {
    folder: PathBuf,
    last: AtomicI64,
}

impl LargeValues {
    /// Deletes the files that nothing refers to.
    pub(super) fn open(folder: PathBuf, used: &BTreeSet<i64>) -> io::Result<Self> {
        for entry in read_dir(&folder)? {
            let entry = entry?;
            let number = entry.file_name().to_str().and_then(|name| name.parse::<i64>().ok());
            if number.is_some_and(|number| !used.contains(&number)) {
                remove_file(entry.path())?;
            }
        }
        Ok(Self { folder, last: AtomicI64::new(used.last().copied().unwrap_or(0)) })
    }

    /// Writes a new file, and returns its number.
    pub(super) fn write(&self, value: &[u8]) -> io::Result<i64> {
        let number = self.last.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        File::create_new(self.path(number))?.write_all(value)?;
        Ok(number)
    }

    /// Reads a file, which has to have this length.
    pub(super) fn read(&self, number: i64, length: u64) -> Result<Bytes, StorageError> {
        let path = self.path(number);
        let damaged = |reason: String| StorageError::Damaged(format!("the file {} {reason}", path.display()));
        let mut file = File::open(&path).map_err(|error| damaged(format!("cannot be opened: {error}")))?;
        let found = file.metadata()?.len();
        let capacity = usize::try_from(length).ok().filter(|_| found == length);
        let capacity = capacity.ok_or_else(|| damaged(format!("has {found} bytes, and not {length}")))?;
        let mut value = Vec::with_capacity(capacity);
        file.read_to_end(&mut value)?;
        Ok(value.into())
    }

    /// Deletes a file. If that fails, the next start does it.
    pub(super) fn delete(&self, number: i64) {
        let _ = remove_file(self.path(number));
    }

    fn path(&self, number: i64) -> PathBuf {
        self.folder.join(number.to_string())
    }
}
