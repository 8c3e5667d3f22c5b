//! An answer, whatever it travelled on.

use std::fmt;

use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};

use super::headers::SentCredentials;
use crate::runtime::blob::Blob;
use crate::runtime::error::Failure;
use crate::runtime::text::excerpt;
use crate::runtime::wire::RawResponse;

/// The most bytes of an answer with a failure status that are looked at.
const FAILURE: usize = 4096;

/// An answer.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportResponse {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers. Of use are `Retry-After` and `x-request-id`.
    pub headers: HeaderMap,
    /// The body. Of one with a failure status, the beginning is enough.
    pub body: Bytes,
    /// Blobs that were taken off the body while it arrived.
    pub(crate) files: Vec<Blob>,
}

impl TransportResponse {
    /// An answer without headers.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), files: Vec::new() }
    }

    /// With these headers.
    pub fn headers(self, headers: HeaderMap) -> Self {
        Self { headers, ..self }
    }

    /// The body of a success; else what the server has to say, without the credentials that were sent.
    pub(crate) fn accept(self, sent: &SentCredentials) -> Result<RawResponse, Failure> {
        if !self.status.is_success() {
            let text = self.body.get(..FAILURE).unwrap_or(&self.body);
            let text = sent.redact(&String::from_utf8_lossy(text));
            return Err(Failure::Http { status: self.status.as_u16(), excerpt: excerpt(text.trim()), unsent: false });
        }
        if let Some(coding) = self.headers.get(CONTENT_ENCODING).filter(|coding| *coding != "identity") {
            let message = format!("it is encoded as {coding:?}, which was not asked for");
            return Err(Failure::decode("", message, ""));
        }
        Ok(RawResponse { body: self.body, files: self.files })
    }
}

impl fmt::Debug for TransportResponse {
    /// Tells the body's length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportResponse")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body_len", &self.body.len())
            .finish()
    }
}
