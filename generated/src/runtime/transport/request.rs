//! A request, whatever it travels on.

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

/// One attempt of a call: `POST {url}/{service}/{method}`.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportRequest {
    /// The method that is called.
    pub method: &'static Method,
    /// The headers, with the API key in one that is marked as sensitive.
    pub headers: HeaderMap,
    /// The body, in pieces that are cheap to clone. A transport that [streams](super::Transport::streams) takes the
    /// body with [`into_body`](Self::into_body), as these are not all of it.
    pub body: Vec<Bytes>,
    /// How long the answer is going to be waited for.
    pub timeout: Duration,
    /// What the answer is read into, where it is read piece by piece.
    pub(crate) buffer: Option<ResponseBuffer>,
    /// Where the bytes of the answer become files.
    pub(crate) folder: Option<PathBuf>,
    /// What is not in memory, and how many pieces of the body come before.
    pub(crate) sources: Vec<(usize, Sourced)>,
    /// Counts what travels.
    pub(crate) meter: Option<TransferCounter>,
}

impl TransportRequest {
    pub(crate) fn new(method: &'static Method, headers: HeaderMap, body: Vec<Bytes>, timeout: Duration) -> Self {
        let (buffer, folder, sources, meter) = (None, None, Vec::new(), None);
        Self { method, headers, body, timeout, buffer, folder, sources, meter }
    }

    /// Takes the whole body, to be read piece by piece.
    pub fn into_body(self) -> RequestBody {
        RequestBody::new(self.body, self.sources, self.meter)
    }

    /// Where it goes, below the address of the service, such as `/Model/train`.
    pub fn path(&self) -> String {
        format!("/{}/{}", self.method.service, self.method.name)
    }

    /// The body in one piece; copies unless it is in one piece already.
    pub fn to_bytes(&self) -> Bytes {
        wire::join(&self.body)
    }

    /// The number of bytes of the body.
    pub fn body_len(&self) -> usize {
        let elsewhere = |sum: usize, (_, sourced): &(usize, Sourced)| {
            sum.saturating_add(usize::try_from(sourced.source.len()).unwrap_or(usize::MAX))
        };
        self.sources.iter().fold(wire::total(&self.body), elsewhere)
    }
}

impl fmt::Debug for TransportRequest {
    /// Tells the body's length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest")
            .field("method", &self.method)
            .field("headers", &self.headers)
            .field("body_len", &self.body_len())
            .field("timeout", &self.timeout)
            .finish()
    }
}
