//! What looks at every attempt.

use std::fmt;
use std::time::Duration;

use http::HeaderMap;

use crate::runtime::error::Failure;
use crate::runtime::method::Method;

/// Looks at every attempt of every call: before it is made, when it may add headers, and after.
///
/// It is called on the way, and should not take long.
pub trait Middleware: Send + Sync + 'static {
    /// Before an attempt.
    fn before(&self, _attempt: &mut Attempt) {}

    /// After an attempt, unless the call was dropped meanwhile.
    fn after(&self, _attempt: &Attempt, _outcome: &AttemptOutcome) {}
}

/// An attempt of a call.
#[derive(Clone)]
#[non_exhaustive]
pub struct Attempt {
    /// The method that is called.
    pub method: &'static Method,
    /// Which one it is; the first one is 1.
    pub number: u32,
    /// How long it may take.
    pub timeout: Duration,
    /// The number of bytes of the request.
    pub request_bytes: usize,
    /// Headers to send with it, over those of the client. They mean nothing on the WebSocket. The API key is not
    /// among them; an `Authorization` replaces it.
    pub headers: HeaderMap,
}

impl fmt::Debug for Attempt {
    /// Values of headers are left out, as one of them may be a secret.
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

/// What became of an attempt.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct AttemptOutcome {
    /// The HTTP status; nothing if there was no answer, or no HTTP.
    pub status: Option<u16>,
    /// What went wrong, in a word: the API's error code, the HTTP status, or `timeout`, `transport`,
    /// `malformed_response`, `invalid_request`. Nothing if all went well.
    pub error_type: Option<String>,
    /// What went wrong, in a sentence. Nothing if all went well, or the API refused the call.
    pub message: Option<String>,
    /// The number of bytes of the response.
    pub response_bytes: usize,
    /// What the server calls the request, from the header `x-request-id`.
    pub request_id: Option<Box<str>>,
    /// How long the server asked to wait before the next attempt.
    pub retry_after: Option<Duration>,
    /// How long it took.
    pub elapsed: Duration,
}

impl AttemptOutcome {
    pub(crate) fn of_failure(failure: &Failure) -> Self {
        let mut outcome = Self::default();
        outcome.fail(failure);
        outcome
    }

    pub(crate) fn fail(&mut self, failure: &Failure) {
        self.error_type = Some(failure.kind());
        self.message = Some(failure.explain());
    }
}
