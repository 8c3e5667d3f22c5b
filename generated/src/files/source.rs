//! The calls that read. The first revision of the API reads the model or one of its snapshots, the next one the model or one
//! of its versions; without either, their calls are the same. So are those that write.

use super::{FilesError, Found, ModelFiles};
use crate::api::types::Stat;
use crate::runtime::{Base64, Blob};

/// What the files are read from.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Model,
    Snapshot(String),
    #[cfg(feature = "weights")]
    Version(String),
}

/// Makes a call that reads, in the revision of the source, and takes something from its result.
macro_rules! read {
    ($files:ident, $path:expr, $method:ident($($argument:expr),*), $take:expr) => {{
        let failed = |error| FilesError::api($path, error);
        match &$files.source {
            Source::Model => {
                let call = $files.fs.$method(&$files.model_id, $($argument),*);
                call.await.map($take).map_err(|error| failed(error.into_raw()))
            }
            Source::Snapshot(id) => {
                let call = $files.fs.$method(&$files.model_id, $($argument),*).snapshot_id(id);
                call.await.map($take).map_err(|error| failed(error.into_raw()))
            }
            #[cfg(feature = "weights")]
            Source::Version(id) => {
                let call = $files.next_fs.$method(&$files.model_id, $($argument),*).version_id(id);
                call.await.map($take).map_err(|error| failed(error.into_raw()))
            }
        }
    }};
}

impl ModelFiles {
    pub(super) async fn getattr(&self, path: &str, inode: u64) -> Result<Stat, FilesError> {
        read!(self, path, getattr(inode), |result| result.stat)
    }

    /// A file or folder in a folder; `None` if it does not exist.
    pub(super) async fn lookup(&self, path: &str, parent: u64, name: &[u8]) -> Result<Option<Found>, FilesError> {
        let found =
            read!(self, path, lookup(parent, name.to_vec()), |result| Found { inode: result.inode, stat: result.stat });
        match found {
            Ok(found) => Ok(Some(found)),
            Err(FilesError::Api { error, .. }) if error.code() == Some("ENOENT") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names in a folder, with the inode of each.
    pub(super) async fn readdir(&self, path: &str, inode: u64) -> Result<Vec<(Base64, u64)>, FilesError> {
        read!(self, path, readdir(inode), |result| {
            result.entries.into_iter().map(|entry| (entry.basename, entry.ino)).collect()
        })
    }

    pub(super) async fn read_part(&self, path: &str, inode: u64, offset: u64, most: u64) -> Result<Blob, FilesError> {
        read!(self, path, read(inode, offset, most), |result| result.data)
    }

    pub(super) async fn readlink(&self, path: &str, inode: u64) -> Result<Blob, FilesError> {
        read!(self, path, readlink(inode), |result| result.link)
    }
}
