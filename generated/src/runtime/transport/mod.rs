//! How frames travel. Each way of travelling is a [`Transport`].

mod body;
mod headers;
mod http;
#[cfg(feature = "server")]
mod in_process;
mod reason;
mod receive;
#[cfg(feature = "rustls")]
pub(crate) mod tls;
#[cfg(feature = "ws")]
mod websocket;

pub(crate) use headers::Headers;
pub(crate) use http::{Http, HttpSettings};
#[cfg(feature = "server")]
pub(crate) use in_process::InProcess;
#[cfg(feature = "ws")]
pub(crate) use websocket::WebSocketDial;

use std::fmt::Debug;

use bytes::Bytes;

use super::error::Failure;
use super::{AnswerBuffer, BoxFuture, Method, RequestFrame};

/// A call without its types.
#[derive(Debug)]
pub(crate) struct WireCall {
    pub(crate) method: &'static Method,
    pub(crate) frame: RequestFrame,
    /// What the answer is read into, where it is read piece by piece.
    pub(crate) buffer: Option<AnswerBuffer>,
}

/// Carries a call to the service and its answer back.
///
/// Deadlines are the caller's matter: it drops the future.
pub(crate) trait Transport: Debug + Send + Sync {
    /// The answer: its JSON and its blobs, as in the body of an HTTP answer.
    fn carry(&self, call: WireCall) -> BoxFuture<'_, Result<Bytes, Failure>>;
}
