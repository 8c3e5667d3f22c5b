//! Values that the wire has no form for, and frames whose blobs do not fit their JSON.

use std::fmt;

use super::path::join;
use crate::runtime::error::Failure;

/// A value cannot be written to the wire, or not be read from it.
#[derive(Debug)]
pub struct WireError(Box<Content>);

#[derive(Debug)]
struct Content {
    path: String,
    message: String,
}

impl WireError {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Content { path: path.into(), message: message.into() }))
    }

    /// Where the value is, such as `params[2].data`; empty when it is the whole.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong there.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The failure of whoever writes.
    pub(super) fn invalid(self) -> Failure {
        Failure::invalid(self.0.path, self.0.message)
    }

    /// The failure of whoever reads; the path begins with the prefix.
    pub(super) fn malformed(self, prefix: &str, text: &str) -> Failure {
        Failure::decode(join(prefix, &self.0.path), self.0.message, text)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Content { path, message } = &*self.0;
        if path.is_empty() { f.write_str(message) } else { write!(f, "`{path}`: {message}") }
    }
}

impl std::error::Error for WireError {}
