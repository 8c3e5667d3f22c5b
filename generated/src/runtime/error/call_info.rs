//! Facts of a call: its method and its attempts.

use std::time::Duration;

use crate::runtime::method::Method;

/// The method of a call, and its attempts.
#[derive(Clone, Debug)]
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

    /// The number of attempts: zero if the request is invalid, so that nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The duration of the call, with all attempts and the delays between them.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// The id that the server gave the request in the header `x-request-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The delay before the next attempt that the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<&'static Method> for CallInfo {
    fn from(method: &'static Method) -> Self {
        Self { method, attempts: 0, elapsed: Duration::ZERO, request_id: None, retry_after: None }
    }
}
