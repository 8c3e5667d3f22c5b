//! A request, whatever it travels on.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use crate::runtime::{AnswerBuffer, Method, wire};

/// One attempt of a call: `POST {url}/{service}/{method}`.
#[derive(Clone)]
#[non_exhaustive]
pub struct TransportRequest {
    /// The method that is called.
    pub method: &'static Method,
    /// The headers, with the API key in one that is marked as sensitive.
    pub headers: HeaderMap,
    /// The body, in pieces that are cheap to clone.
    pub body: Vec<Bytes>,
    /// How long the answer is going to be waited for.
    pub timeout: Duration,
    /// What the answer is read into, where it is read piece by piece.
    pub(crate) buffer: Option<AnswerBuffer>,
}

impl TransportRequest {
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
        wire::total(&self.body)
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
