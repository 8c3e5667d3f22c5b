//! What the runtime knows of a method.

use std::fmt::{self, Debug};
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{BlobRule, ErrorCode, Given, IdSource};

/// The facts of a method that do not depend on types.
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
    /// Where the id stands that a successful call subscribes to.
    pub opens: Option<IdSource>,
    /// The parameter with the id of which a successful call ends the subscription.
    pub closes: Option<&'static str>,
    /// Where bytes and tensors leave the parameters.
    pub request_blobs: &'static [BlobRule],
    /// Where bytes and tensors join the result.
    pub response_blobs: &'static [BlobRule],
}

impl fmt::Debug for Method {
    /// `Model.train`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service, self.name)
    }
}

impl Method {
    /// A method over HTTP, not safe to repeat, without blobs; the other functions say what differs.
    pub const fn new(service: &'static str, name: &'static str) -> Self {
        Self {
            service,
            name,
            transport: Route::Http,
            idempotent: false,
            deadline: None,
            opens: None,
            closes: None,
            request_blobs: &[],
            response_blobs: &[],
        }
    }

    /// Travels in another way.
    pub const fn route(self, transport: Route) -> Self {
        Self { transport, ..self }
    }

    /// Is safe to repeat.
    pub const fn idempotent(self) -> Self {
        Self { idempotent: true, ..self }
    }

    /// May take that long.
    pub const fn deadline_seconds(self, seconds: u64) -> Self {
        Self { deadline: Some(Duration::from_secs(seconds)), ..self }
    }

    /// Subscribes to the events of an id.
    pub const fn opens(self, id: IdSource) -> Self {
        Self { opens: Some(id), ..self }
    }

    /// Ends the subscription to the id in this parameter.
    pub const fn closes(self, param: &'static str) -> Self {
        Self { closes: Some(param), ..self }
    }

    /// Has blobs in its parameters.
    pub const fn request_blobs(self, request_blobs: &'static [BlobRule]) -> Self {
        Self { request_blobs, ..self }
    }

    /// Has blobs in its result.
    pub const fn response_blobs(self, response_blobs: &'static [BlobRule]) -> Self {
        Self { response_blobs, ..self }
    }
}

/// How the calls of a method travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// As an HTTP request.
    Http,
    /// On the WebSocket.
    WebSocket,
    /// On the WebSocket, unless a boolean parameter has a value; then as an HTTP request.
    WebSocketUnless {
        /// The parameter.
        param: &'static str,
        /// Its value.
        equals: bool,
    },
    /// On a WebSocket that is open already; otherwise answered on the spot.
    OpenWebSocketElse {
        /// The code that it is answered with.
        error: &'static str,
    },
}

/// A request: plain data that knows its method, its result and its errors.
pub trait Operation: Serialize + DeserializeOwned + Debug + Send + Sync + 'static {
    /// What a successful call results in.
    type Output: Serialize + DeserializeOwned + Debug + Send + 'static;
    /// What the API answers when it refuses the call.
    type Error: ErrorCode;
    /// What the caller gets of it: the result itself, or a handle on what the call has started.
    type Answer: Given<Self>;
    /// The method that is called.
    const METHOD: &'static Method;
}
