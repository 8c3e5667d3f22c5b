//! Errors of transports.

use std::{error, fmt};

use crate::runtime::error::Failure;

/// Why a transport got no response.
#[derive(Debug)]
pub struct TransportError(pub(crate) Failure);

impl TransportError {
    /// Creates an error for a request that may have reached the server. The message should name the host.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Failure::Transport { message: message.into(), unsent: false, source: None })
    }

    /// Marks that the request did not reach the server, so that any method can be retried.
    pub fn unsent(mut self) -> Self {
        if let Failure::Transport { unsent, .. } = &mut self.0 {
            *unsent = true;
        }
        self
    }

    /// Sets the cause of the error, whose text is added to the message.
    pub fn with_source(mut self, cause: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        if let Failure::Transport { message, source, .. } = &mut self.0 {
            let cause = cause.into();
            message.push_str(&format!(": {cause}"));
            *source = Some(cause);
        }
        self
    }

    /// Whether it is certain that the request did not reach the server.
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

impl error::Error for TransportError {}
