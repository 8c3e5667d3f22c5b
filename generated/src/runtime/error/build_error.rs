//! The error of building a client.

use std::path::PathBuf;
use std::{error, fmt, io};

/// A client could not be built.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// A URL is invalid.
    #[non_exhaustive]
    Url {
        /// The URL; empty if it contains a secret.
        url: String,
        /// Why it is invalid.
        reason: String,
    },
    /// A header is invalid.
    #[non_exhaustive]
    Header {
        /// Its name.
        name: String,
        /// Why it is invalid.
        reason: String,
    },
    /// The API key is invalid.
    #[non_exhaustive]
    ApiKey {
        /// Why it is invalid.
        reason: String,
    },
    /// The API key file cannot be read.
    #[non_exhaustive]
    ApiKeyFile {
        /// The path of the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Another machine would get the API key without TLS.
    #[non_exhaustive]
    InsecureKey {
        /// The URL of the machine: a server or a proxy.
        url: String,
    },
    /// An environment variable is not Unicode.
    #[non_exhaustive]
    Environment {
        /// Its name.
        variable: String,
    },
    /// TLS or the HTTP library could not be set up.
    #[non_exhaustive]
    Setup {
        /// The cause.
        source: Box<dyn error::Error + Send + Sync>,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, reason } if url.is_empty() => write!(f, "URL {reason}"),
            Self::Url { url, reason } => write!(f, "URL `{url}`: {reason}"),
            Self::Header { name, reason } => write!(f, "header `{name}`: {reason}"),
            Self::ApiKey { reason } => write!(f, "API key: {reason}"),
            Self::ApiKeyFile { path, source } => write!(f, "API key file {}: {source}", path.display()),
            Self::InsecureKey { url } => {
                write!(f, "API key would be sent to {url} unencrypted; use https, or `allow_insecure_key`")
            }
            Self::Environment { variable } => write!(f, "environment variable {variable} is not Unicode"),
            Self::Setup { source } => write!(f, "HTTP client could not be set up: {source}"),
        }
    }
}

impl error::Error for BuildError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            // The text has that of the error itself.
            Self::ApiKeyFile { source, .. } => source.source(),
            Self::Setup { source } => source.source(),
            _ => None,
        }
    }
}
