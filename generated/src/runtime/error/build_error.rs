//! Why a client could not be made.

use std::path::PathBuf;
use std::{error, fmt, io};

/// Why a client could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum BuildError {
    /// An address is unusable.
    #[non_exhaustive]
    Url {
        /// The address; left out if it holds a secret.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A header is unusable.
    #[non_exhaustive]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The API key is unusable.
    #[non_exhaustive]
    ApiKey {
        /// What is wrong with it.
        reason: String,
    },
    /// The file with the API key cannot be read.
    #[non_exhaustive]
    ApiKeyFile {
        /// The file.
        path: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// The API key would be sent to another machine without TLS.
    #[non_exhaustive]
    InsecureKey {
        /// Where it would be sent.
        url: String,
    },
    /// A variable of the environment is not Unicode.
    #[non_exhaustive]
    Environment {
        /// Its name.
        variable: &'static str,
    },
    /// TLS or the HTTP library could not be set up.
    #[non_exhaustive]
    Setup {
        /// Why not.
        source: Box<dyn error::Error + Send + Sync>,
    },
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url { url, reason } if url.is_empty() => write!(f, "the URL {reason}"),
            Self::Url { url, reason } => write!(f, "the URL `{url}`: {reason}"),
            Self::Header { name, reason } => write!(f, "the header `{name}`: {reason}"),
            Self::ApiKey { reason } => write!(f, "the API key: {reason}"),
            Self::ApiKeyFile { path, source } => write!(f, "the API key's file {}: {source}", path.display()),
            Self::InsecureKey { url } => {
                write!(f, "the API key would go to {url} unencrypted; use https, or `allow_insecure_key`")
            }
            Self::Environment { variable } => write!(f, "the environment's {variable} is not Unicode"),
            Self::Setup { source } => write!(f, "HTTP could not be set up: {source}"),
        }
    }
}

impl error::Error for BuildError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::ApiKeyFile { source, .. } => Some(source),
            Self::Setup { source } => Some(&**source),
            _ => None,
        }
    }
}
