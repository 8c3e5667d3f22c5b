//! Which call it was, and how it went.

use std::fmt;
use std::time::Duration;

use crate::runtime::method::Method;

/// Which call it was, and how it went.
#[derive(Clone)]
pub struct CallInfo {
    pub(crate) method: &'static Method,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) request_id: Option<Box<str>>,
    pub(crate) retry_after: Option<Duration>,
}

impl CallInfo {
    /// The method that was called.
    pub fn method(&self) -> &'static Method {
        self.method
    }

    /// How often it was tried: zero if nothing was sent because the request cannot be sent as it is.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long it took, with all attempts and the time between them.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What the server calls the request, if it gave it a name in the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How long the server asked to wait before the next attempt, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<&'static Method> for CallInfo {
    /// A call that nothing was sent of yet.
    fn from(method: &'static Method) -> Self {
        Self { method, attempts: 0, elapsed: Duration::ZERO, request_id: None, retry_after: None }
    }
}

impl fmt::Debug for CallInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("CallInfo");
        text.field("method", &self.method).field("attempts", &self.attempts).field("elapsed", &self.elapsed);
        if let Some(id) = &self.request_id {
            text.field("request_id", id);
        }
        if let Some(after) = &self.retry_after {
            text.field("retry_after", after);
        }
        text.finish()
    }
}
