//! Requests of any transport.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::body::RequestBody;
use super::progress::TransferCounter;
use super::response_buffer::ResponseBuffer;
use crate::runtime::blob::Sourced;
use crate::runtime::method::Method;
use crate::runtime::wire;

/// The request of one attempt of a call: `POST {url}/{service}/{method}`.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportRequest {
    /// The method that is called.
    pub method: &'static Method,
    /// The headers. The one with the API key is marked as sensitive.
    pub headers: HeaderMap,
    /// The body, in pieces that are cheap to clone. Files and readers are not part of it: a transport that
    /// [streams](super::Transport::streams) takes the whole body with [`into_body`](Self::into_body).
    pub body: Vec<Bytes>,
    /// The timeout of the attempt.
    pub timeout: Duration,
    /// The memory for the response.
    pub(crate) buffer: Option<ResponseBuffer>,
    /// The folder for the response's blobs, which are written to files.
    pub(crate) folder: Option<PathBuf>,
    /// Files and readers, each with the number of pieces of the body before it.
    pub(crate) sources: Vec<(usize, Sourced)>,
    pub(crate) meter: Option<TransferCounter>,
}

impl TransportRequest {
    pub(crate) fn new(method: &'static Method, headers: HeaderMap, body: Vec<Bytes>, timeout: Duration) -> Self {
        Self { method, headers, body, timeout, buffer: None, folder: None, sources: Vec::new(), meter: None }
    }

    /// Converts the request into its whole body, which is read piece by piece.
    pub fn into_body(self) -> RequestBody {
        RequestBody::new(self.body, self.sources, self.meter)
    }

    /// The path below the URL of the service, such as `/Model/train`.
    pub fn path(&self) -> String {
        format!("/{}/{}", self.method.service, self.method.name)
    }

    /// The body as a single piece. Copies bodies of several pieces.
    pub fn to_bytes(&self) -> Bytes {
        wire::join(&self.body)
    }

    /// The size of the whole body in bytes.
    pub fn body_len(&self) -> usize {
        let len = |source: &Sourced| usize::try_from(source.source.len()).unwrap_or(usize::MAX);
        self.sources.iter().fold(wire::total(&self.body), |sum, (_, source)| sum.saturating_add(len(source)))
    }
}

impl fmt::Debug for TransportRequest {
    /// Shows only the names of the headers, whose values may be secret, and the length of the body, which may be long or
    /// private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(http::HeaderName::as_str).collect();
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("headers", &headers)
            .field("body_len", &self.body_len())
            .field("timeout", &self.timeout)
            .finish()
    }
}
