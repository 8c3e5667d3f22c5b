//! Responses of any transport, and their content after it was read.

use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};

use super::session::lease::Lease;
use crate::runtime::blob::Blob;
use crate::runtime::error::Failure;
use crate::runtime::redact::Redactor;
use crate::runtime::text::excerpt_bytes;
use crate::runtime::wire::{JsonLimits, RawResponse};

/// The number of bytes that are used of the body of a failure.
pub(super) const MAX_FAILURE_BODY: usize = 4096;

/// The response to a request.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers. The client uses `Retry-After` and `x-request-id`.
    pub headers: HeaderMap,
    /// The body. If the status is a failure, the first 4 KiB are enough.
    pub body: Bytes,
    /// Blobs that were written to files while the body was received.
    pub(crate) files: Vec<Blob>,
}

impl TransportResponse {
    /// Creates a response without headers.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), files: Vec::new() }
    }

    /// Sets the headers.
    pub fn headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// The body if the status is a success; otherwise the server's message.
    pub(crate) fn accept(self) -> Result<RawResponse, Failure> {
        if !self.status.is_success() {
            let (status, excerpt) = (self.status.as_u16(), excerpt_bytes(self.body.trim_ascii_start()));
            return Err(Failure::Http { status, excerpt, unsent: false });
        }
        if let Some(encoding) = self.headers.get(CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
            let message = format!("unexpected content encoding `{}`", excerpt_bytes(encoding.as_bytes()));
            return Err(Failure::decode("", message, ""));
        }
        Ok(RawResponse { body: self.body, files: self.files })
    }
}

impl fmt::Debug for TransportResponse {
    /// Shows only the names of the headers, whose values may repeat credentials, and the length of the body, which may be
    /// long or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("TransportResponse")
            .field("status", &self.status)
            .field("headers", &headers)
            .field("body_len", &self.body.len())
            .finish()
    }
}

/// Stores the response of a call, whose type the transport does not know.
pub(crate) trait Slot: Send + Sync {
    /// Reads and stores a response whose JSON is within the limits.
    fn read(&self, response: RawResponse, limits: JsonLimits) -> ReadOutcome;

    /// Removes credentials from a stored error of the API. Returns its code.
    fn redact(&self, redactor: &Redactor) -> Option<String>;
}

pub(crate) enum ReadOutcome {
    /// A result, with the id in it that the call has subscribed to.
    Result {
        subscription_id: Option<String>,
    },
    /// An error of the API.
    Api {
        code: String,
        is_retryable: bool,
    },
    Malformed(Failure),
}

/// A response that is stored in the slot of its call.
pub(crate) struct Received {
    pub(crate) outcome: ReadOutcome,
    /// The size in bytes.
    pub(crate) len: u64,
    pub(crate) lease: Option<Lease>,
}

impl Received {
    pub(crate) fn read(response: RawResponse, slot: &dyn Slot, limits: JsonLimits) -> Self {
        let len = response.len();
        Self { outcome: slot.read(response, limits), len, lease: None }
    }

    /// Removes credentials from an error, which is stored in the slot if it is the API's.
    pub(crate) fn redact(&mut self, slot: &dyn Slot, redactor: &Redactor) {
        match &mut self.outcome {
            ReadOutcome::Result { .. } => {}
            ReadOutcome::Api { code, .. } => *code = slot.redact(redactor).unwrap_or_default(),
            ReadOutcome::Malformed(failure) => failure.redact(redactor),
        }
    }
}
