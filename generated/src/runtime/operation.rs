//! What the runtime knows of a method.

use std::fmt::Debug;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BlobRule, ErrorCode};

/// The facts of a method that do not depend on types.
#[derive(Debug)]
pub struct Method {
    /// The service, as the wire spells it.
    pub service: &'static str,
    /// The method, as the wire spells it.
    pub name: &'static str,
    /// How calls travel.
    pub transport: Route,
    /// Whether a call may be repeated without doing more than once would.
    pub idempotent: bool,
    /// How long a call may take where the client's default is too short.
    pub deadline: Option<Duration>,
    /// Where bytes and tensors leave the parameters.
    pub request_blobs: &'static [BlobRule],
    /// Where bytes and tensors join the result.
    pub response_blobs: &'static [BlobRule],
}

/// How the calls of a method travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// As an HTTP request.
    Http,
}

/// A request: plain data that knows its method, its result and its errors.
pub trait Operation: Serialize + DeserializeOwned + Debug + Send + Sync + 'static {
    /// What a successful call results in.
    type Output: Serialize + DeserializeOwned + Debug + Send + 'static;
    /// What the API answers when it refuses the call.
    type Error: ErrorCode;
    /// The method that is called.
    const METHOD: &'static Method;
}
