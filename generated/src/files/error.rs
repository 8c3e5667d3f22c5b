//! Why files could not be transferred.

use std::{fmt, io};

use crate::runtime::Error;

/// Why files could not be transferred. What was transferred before stays.
#[derive(Debug)]
#[non_exhaustive]
pub enum FilesError {
    /// A call was refused, or failed.
    #[non_exhaustive]
    Api {
        /// The path in the model's filesystem.
        path: String,
        /// Why.
        error: Box<Error>,
    },
    /// Something on this machine could not be read or written.
    #[non_exhaustive]
    Io {
        /// The path on this machine; that in the model's filesystem where a reader or writer has failed.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// What is there is not what it has to be.
    #[non_exhaustive]
    Wrong {
        /// The path in the model's filesystem.
        path: String,
        /// What is wrong with it.
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
            Self::Api { error, .. } => Some(error),
            Self::Io { source, .. } => Some(source),
            Self::Wrong { .. } => None,
        }
    }
}
