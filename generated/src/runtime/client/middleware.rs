//! Middleware around attempts.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;

use crate::runtime::error::Failure;
use crate::runtime::method::Method;
use crate::runtime::transport::{ReadOutcome, Received};

/// Observes each attempt of each call, and may add headers.
///
/// Calls wait for it, so it should return quickly.
pub trait Middleware: Send + Sync + 'static {
    /// Called before an attempt.
    fn before(&self, _attempt: &mut Attempt) {}

    /// Called after an attempt, unless the call was dropped.
    fn after(&self, _attempt: &Attempt, _outcome: &AttemptOutcome) {}
}

/// An attempt of a call.
#[derive(Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// The method that is called.
    pub method: &'static Method,
    /// The number of the attempt, from 1.
    pub number: u32,
    /// The timeout of the attempt.
    pub timeout: Duration,
    /// The number of bytes of the request.
    pub request_bytes: usize,
    /// Headers to send, which override the client's. They are not sent on the WebSocket. The API key is not among them;
    /// an `Authorization` header replaces it.
    pub headers: HeaderMap,
}

impl fmt::Debug for Attempt {
    /// Omits the values of headers, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("Attempt")
            .field("method", &self.method)
            .field("number", &self.number)
            .field("timeout", &self.timeout)
            .field("request_bytes", &self.request_bytes)
            .field("headers", &headers)
            .finish()
    }
}

/// The outcome of an attempt.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AttemptOutcome {
    /// The HTTP status; `None` without an HTTP response.
    pub status: Option<u16>,
    /// The API's error code, the HTTP status, or `timeout`, `transport`, `malformed_response`, `invalid_request`. `None`
    /// on success.
    pub error_type: Option<String>,
    /// The error message; `None` on success, or if the API rejected the call.
    pub message: Option<String>,
    /// The number of bytes of the response.
    pub response_bytes: usize,
    /// The server's id of the request, from the header `x-request-id`.
    pub request_id: Option<Box<str>>,
    /// The delay before the next attempt that the server requested.
    pub retry_after: Option<Duration>,
    /// The duration of the attempt.
    pub elapsed: Duration,
}

impl AttemptOutcome {
    pub(super) fn of_failure(failure: &Failure) -> Self {
        Self { error_type: Some(failure.kind()), message: Some(failure.explain()), ..Self::default() }
    }

    pub(super) fn record(&mut self, result: &Result<Received, Failure>) {
        if let Ok(received) = result {
            self.response_bytes = usize::try_from(received.len).unwrap_or(usize::MAX);
        }
        match result {
            Ok(Received { outcome: ReadOutcome::Result { .. }, .. }) => {}
            Ok(Received { outcome: ReadOutcome::Api { code, .. }, .. }) => self.error_type = Some(code.clone()),
            Ok(Received { outcome: ReadOutcome::Malformed(failure), .. }) | Err(failure) => {
                self.error_type = Some(failure.kind());
                self.message = Some(failure.explain());
            }
        }
    }
}
