//! What the runtime knows of a method.

use std::fmt;
use std::fmt::Debug;
use std::time::Duration;

/// The facts of a method that do not depend on types.
pub struct Method {
    /// The service, as the wire spells it.
    pub service: &'static str,
    /// The method, as the wire spells it.
    pub name: &'static str,
    /// How calls travel.
    pub transport: TransportKind,
    /// Whether a call may be repeated without doing more than once would.
    pub idempotent: bool,
    /// How long a call may take where the client's default is too short.
    pub deadline: Option<Duration>,
    /// Where the id stands that a successful call subscribes to.
    pub opens: Option<IdSource>,
    /// The parameter with the id of which a successful call ends the subscription.
    pub closes: Option<&'static str>,
    /// Whether the blobs of a response are bytes, which can be written to files while they arrive.
    pub responds_with_bytes: bool,
}

impl fmt::Debug for Method {
    /// `Model.train`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service, self.name)
    }
}

impl Method {
    /// A method over HTTP, not safe to repeat; the other functions say what differs.
    pub const fn new(service: &'static str, name: &'static str) -> Self {
        Self {
            service,
            name,
            transport: TransportKind::Http,
            idempotent: false,
            deadline: None,
            opens: None,
            closes: None,
            responds_with_bytes: false,
        }
    }

    /// Travels by another transport.
    pub const fn transport(self, transport: TransportKind) -> Self {
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

    /// Responds with bytes.
    pub const fn responds_with_bytes(self) -> Self {
        Self { responds_with_bytes: true, ..self }
    }
}

/// How the calls of a method travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
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

/// Where the id stands that a method subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdSource {
    /// This parameter.
    Params(&'static str),
    /// This property of the result.
    Result(&'static str),
}
