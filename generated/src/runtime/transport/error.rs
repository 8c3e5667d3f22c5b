//! Why there is no answer.

use std::{error, fmt};

use crate::runtime::error::Failure;

/// Why there is no answer.
#[derive(Debug)]
pub struct TransportError(pub(crate) Failure);

impl TransportError {
    /// The connection failed, and the request may have reached the server. The message says what happened, and with
    /// which host.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Failure::Transport { message: message.into(), unsent: false, source: None })
    }

    /// The request provably did not reach the server, so any method may be tried again.
    pub fn unsent(mut self) -> Self {
        if let Failure::Transport { unsent, .. } = &mut self.0 {
            *unsent = true;
        }
        self
    }

    /// The cause.
    pub fn with_source(mut self, cause: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        if let Failure::Transport { source, .. } = &mut self.0 {
            *source = Some(cause.into());
        }
        self
    }

    /// Whether the request provably did not reach the server.
    pub fn is_unsent(&self) -> bool {
        self.0.is_unsent()
    }
}

impl From<Failure> for TransportError {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.explain())
    }
}

impl error::Error for TransportError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match &self.0 {
            Failure::Transport { source: Some(source), .. } => Some(&**source),
            _ => None,
        }
    }
}
