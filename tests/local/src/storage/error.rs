//! Why a storage cannot be opened, or fails later.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The error of a folder whose data cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// Another server uses the folder.
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The folder has something else in it.
    Foreign {
        /// The folder.
        folder: PathBuf,
    },
    /// The data is in a format that this version of the server does not read.
    Format {
        /// The folder.
        folder: PathBuf,
        /// The version of the format of the data.
        found: i64,
        /// The version that can be read.
        supported: i64,
    },
    /// The data cannot be understood.
    Damaged {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder cannot be read or written.
    Io {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
}

impl OpenError {
    pub(crate) fn damaged(folder: &Path, reason: impl fmt::Display) -> Self {
        Self::Damaged { folder: folder.to_owned(), reason: reason.to_string() }
    }

    pub(super) fn io(folder: &Path, source: io::Error) -> Self {
        Self::Io { folder: folder.to_owned(), source }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { folder } => {
                write!(f, "another server uses the data in {}; stop it, or choose another folder", folder.display())
            }
            Self::Foreign { folder } => write!(
                f,
                "{} has something else in it than the data of a server; choose an empty folder, or one that does not exist",
                folder.display()
            ),
            Self::Format { folder, found, supported } => write!(
                f,
                "the data in {} has the format {found}, but this version of decthings-local reads the format {supported}; \
                 use the version that wrote it, or choose another folder",
                folder.display()
            ),
            Self::Damaged { folder, reason } => write!(
                f,
                "the data in {} is damaged: {reason}; restore it from a copy, or choose another folder",
                folder.display()
            ),
            Self::Io { folder, source } => write!(f, "cannot use the folder {}: {source}", folder.display()),
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The error of an operation of a storage.
#[derive(Debug)]
pub(crate) enum StorageError {
    Database(rusqlite::Error),
    Io(io::Error),
    Damaged(String),
}

impl StorageError {
    /// Writes it to the standard error. The API has only an error without a reason.
    pub(crate) fn report(&self) {
        eprintln!("decthings-local: the storage failed: {self}");
    }

    /// The error of opening a folder.
    pub(crate) fn opening(self, folder: &Path) -> OpenError {
        match self {
            Self::Io(source) => OpenError::io(folder, source),
            Self::Database(rusqlite::Error::SqliteFailure(error, _))
                if matches!(
                    error.code,
                    rusqlite::ErrorCode::CannotOpen
                        | rusqlite::ErrorCode::ReadOnly
                        | rusqlite::ErrorCode::PermissionDenied
                        | rusqlite::ErrorCode::DiskFull
                        | rusqlite::ErrorCode::SystemIoFailure
                ) =>
            {
                OpenError::io(folder, io::Error::other(error))
            }
            other => OpenError::damaged(folder, other),
        }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Damaged(reason) => f.write_str(reason),
        }
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StorageError> for io::Error {
    fn from(error: StorageError) -> Self {
        Self::other(error.to_string())
    }
}

impl From<io::Error> for StorageError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
