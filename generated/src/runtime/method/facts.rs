//! Facts of methods, and the API key.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The facts of a method, apart from its types.
pub struct Method {
    /// The name of the service on the wire.
    pub service: &'static str,
    /// The name of the method on the wire.
    pub name: &'static str,
    /// The transport of calls.
    pub transport: TransportKind,
    /// Whether repeating a call has no further effect.
    pub idempotent: bool,
    /// The deadline of calls, if the client's default is too short.
    pub deadline: Option<Duration>,
    /// The place of the id that a successful call subscribes to.
    pub opens: Option<IdSource>,
    /// The parameter with the id whose subscription a successful call ends.
    pub closes: Option<&'static str>,
    /// Whether the blobs of a response are bytes, which can be received into files.
    pub responds_with_bytes: bool,
    /// The revision that the method belongs to, by the name of its module, if it is another one than the client's own.
    pub revision: Option<&'static str>,
    /// The later revision that has the method in another form, or not at all.
    pub until: Option<&'static str>,
}

impl fmt::Debug for Method {
    /// `Model.train`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service, self.name)
    }
}

impl Method {
    /// A method over HTTP that is not idempotent; the other functions change that.
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
            revision: None,
            until: None,
        }
    }

    /// Sets the transport.
    pub const fn transport(self, transport: TransportKind) -> Self {
        Self { transport, ..self }
    }

    /// Makes it idempotent.
    pub const fn idempotent(self) -> Self {
        Self { idempotent: true, ..self }
    }

    /// Sets the deadline.
    pub const fn deadline_seconds(self, seconds: u64) -> Self {
        Self { deadline: Some(Duration::from_secs(seconds)), ..self }
    }

    /// Makes it subscribe to the events of an id.
    pub const fn opens(self, id: IdSource) -> Self {
        Self { opens: Some(id), ..self }
    }

    /// Makes it end the subscription to the id in a parameter.
    pub const fn closes(self, param: &'static str) -> Self {
        Self { closes: Some(param), ..self }
    }

    /// Makes it respond with bytes.
    pub const fn responds_with_bytes(self) -> Self {
        Self { responds_with_bytes: true, ..self }
    }

    /// Sets the later revision that has it in another form, or not at all.
    pub const fn until(self, revision: &'static str) -> Self {
        Self { until: Some(revision), ..self }
    }

    /// Sets the revision.
    pub const fn revision(self, module: &'static str) -> Self {
        Self { revision: Some(module), ..self }
    }
}

/// The transport of the calls of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// HTTP.
    Http,
    /// The WebSocket.
    WebSocket,
    /// The WebSocket, unless a boolean parameter has a value; then HTTP.
    WebSocketUnless {
        /// The parameter.
        param: &'static str,
        /// Its value.
        equals: bool,
    },
    /// The WebSocket if it is open already; otherwise calls fail with an error of the API, and nothing is sent.
    OpenWebSocketElse {
        /// The code of the error.
        error: &'static str,
    },
}

/// The place of the id that a method subscribes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdSource {
    /// A parameter.
    Params(&'static str),
    /// A property of the result.
    Result(&'static str),
}

/// An API key. No output of this crate shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(Arc<str>);

impl ApiKey {
    /// A key, without the white space around it; `None` if it is empty.
    pub fn new(key: impl AsRef<str>) -> Option<Self> {
        let key = key.as_ref().trim();
        (!key.is_empty()).then(|| Self(key.into()))
    }

    /// The key itself, for a server that checks it. It must not be logged.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(***)")
    }
}
