//! The folder of a storage: whose it is, and that only one server uses it.

use std::fs::{DirBuilder, File, TryLockError, read_dir};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::error::OpenError;

const LOCK: &str = "lock";
const DATABASE: &str = "data.sqlite";
const VALUES: &str = "values";

/// A folder that this server alone uses, for as long as this exists.
pub(super) struct Folder {
    pub(super) database: PathBuf,
    /// The folder of large values.
    pub(super) values: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens a folder that exists, or makes one that only this user can read.
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let fail = |error| OpenError::io(path, error);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(fail)?;
        let database = path.join(DATABASE);
        if !database.exists() && !is_empty(path).map_err(fail)? {
            return Err(OpenError::Foreign { folder: path.to_owned() });
        }
        let lock = File::options().create(true).truncate(false).write(true).open(path.join(LOCK)).map_err(fail)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => OpenError::InUse { folder: path.to_owned() },
            TryLockError::Error(error) => fail(error),
        })?;
        let values = path.join(VALUES);
        DirBuilder::new().recursive(true).mode(0o700).create(&values).map_err(fail)?;
        Ok(Self { database, values, _lock: lock })
    }
}

/// Whether a folder has nothing in it, but for what a start that was interrupted has left.
fn is_empty(path: &Path) -> io::Result<bool> {
    for entry in read_dir(path)? {
        let name = entry?.file_name();
        if name != LOCK && name != VALUES {
            return Ok(false);
        }
    }
    Ok(true)
}
