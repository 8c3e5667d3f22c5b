//! Errors of transferring files.

use std::{fmt, io};

use crate::runtime::Error;

/// Why transferring files failed. Files that were transferred before are kept.
#[derive(Debug)]
#[non_exhaustive]
pub enum FilesError {
    /// A call failed.
    #[non_exhaustive]
    Api {
        /// The path in the model's filesystem.
        path: String,
        /// The error of the call.
        error: Box<Error>,
    },
    /// A local file, a reader or a writer failed.
    #[non_exhaustive]
    Io {
        /// The local path, or for a reader or writer the path in the model's filesystem.
        path: String,
        /// The system's error.
        source: io::Error,
    },
    /// The file in the model's filesystem does not exist, or is not as expected.
    #[non_exhaustive]
    Wrong {
        /// The path in the model's filesystem.
        path: String,
        /// Why it was rejected.
        reason: String,
    },
}

impl FilesError {
    pub(super) fn api(path: impl Into<String>, error: Error) -> Self {
        Self::Api { path: path.into(), error: Box::new(error) }
    }

    pub(super) fn io(path: impl ToString, source: io::Error) -> Self {
        Self::Io { path: path.to_string(), source }
    }

    pub(super) fn wrong(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Wrong { path: path.into(), reason: reason.into() }
    }
}

impl fmt::Display for FilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api { path, error } => write!(f, "`{path}` of the model: {error}"),
            Self::Io { path, source } => write!(f, "`{path}`: {source}"),
            Self::Wrong { path, reason } => write!(f, "`{path}` of the model: {reason}"),
        }
    }
}

impl std::error::Error for FilesError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            // The text has that of the error itself.
            Self::Api { error, .. } => error.source(),
            Self::Io { source, .. } => source.source(),
            Self::Wrong { .. } => None,
        }
    }
}
