//! How a client is made.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::client::Core;
use super::endpoint::{self, Endpoint};
use super::socket::{Heartbeat, Reconnect, Socket};
#[cfg(feature = "ws")]
use super::transport::WebSocketDial;
use super::transport::{Headers, Http, HttpSettings, Transport};
use super::{ApiKey, BuildError, Client};
#[cfg(any(feature = "ws", feature = "server"))]
use super::{
    events::Limits,
    socket::{Dial, Settings},
};

/// Settings of a client. What is left out has a default.
///
/// ```
/// # use decthings::Client;
/// let client = Client::builder().api_key("key").build()?;
/// # Ok::<(), decthings::BuildError>(())
/// ```
#[derive(Clone)]
#[must_use = "settings make no client until `build` is called"]
pub struct ClientBuilder {
    api_key: Option<ApiKey>,
    api_key_file: Option<PathBuf>,
    http_url: Option<String>,
    websocket_url: Option<String>,
    headers: Vec<(String, String)>,
    timeout: Duration,
    connect_timeout: Duration,
    max_answer_bytes: u64,
    max_message_bytes: usize,
    heartbeat: Heartbeat,
    reconnect: Reconnect,
    event_buffer: usize,
    allow_insecure_key: bool,
    /// A variable of the environment that is not Unicode.
    unusable: Option<&'static str>,
    #[cfg(feature = "server")]
    router: Option<super::Router>,
}

impl ClientBuilder {
    /// The defaults: the public service, no key.
    pub fn new() -> Self {
        Self {
            api_key: None,
            api_key_file: None,
            http_url: None,
            websocket_url: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_answer_bytes: 1 << 30,
            max_message_bytes: 256 << 20,
            heartbeat: Heartbeat { every: Duration::from_secs(20), timeout: Duration::from_secs(20) },
            reconnect: Reconnect {
                first: Duration::from_millis(200),
                most: Duration::from_secs(30),
                give_up: Duration::from_secs(300),
            },
            event_buffer: 1024,
            allow_insecure_key: false,
            unusable: None,
            #[cfg(feature = "server")]
            router: None,
        }
    }

    /// What the environment says: `DECTHINGS_API_KEY`, `DECTHINGS_HTTP_URL`, `DECTHINGS_WS_URL`. An empty variable
    /// is as good as none.
    pub fn from_env() -> Self {
        let mut builder = Self::new();
        let mut read = |name: &'static str| match std::env::var(name) {
            Ok(value) => Some(value).filter(|value| !value.trim().is_empty()),
            Err(std::env::VarError::NotPresent) => None,
            Err(std::env::VarError::NotUnicode(_)) => {
                builder.unusable = Some(name);
                None
            }
        };
        let key = read("DECTHINGS_API_KEY").and_then(ApiKey::new);
        let (http, websocket) = (read("DECTHINGS_HTTP_URL"), read("DECTHINGS_WS_URL"));
        builder.api_key = key;
        builder.http_url = http;
        builder.websocket_url = websocket;
        builder
    }

    /// The API key. White space around it is taken off; an empty one is none.
    pub fn api_key(mut self, key: impl AsRef<str>) -> Self {
        self.api_key = ApiKey::new(key);
        self.api_key_file = None;
        self
    }

    /// A file that holds the API key and nothing else. It is read when the client is built.
    pub fn api_key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.api_key = None;
        self.api_key_file = Some(path.into());
        self
    }

    /// Where calls go over HTTP, such as `http://127.0.0.1:8080/v0`. If the WebSocket's address is not given, it is
    /// this one with `/ws` behind.
    pub fn http_url(mut self, url: impl Into<String>) -> Self {
        self.http_url = Some(url.into());
        self
    }

    /// Where the WebSocket is, such as `ws://127.0.0.1:8080/v0/ws`.
    pub fn websocket_url(mut self, url: impl Into<String>) -> Self {
        self.websocket_url = Some(url.into());
        self
    }

    /// A header for every request. A name that the client sets too, such as `Authorization`, is replaced; a name
    /// that is given twice is sent twice.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long a call may take, from connecting to the whole answer: 60 s if not set. A method that is known to
    /// take longer has its own deadline, if that is later. [`Call::timeout`](super::Call::timeout) overrides both.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long connecting may take: 10 s if not set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The most bytes of an answer: 1 GiB if not set. A larger one is an error, and is not read to its end.
    pub fn max_answer_bytes(mut self, bytes: u64) -> Self {
        self.max_answer_bytes = bytes;
        self
    }

    /// The most bytes of a message on the WebSocket, in either direction: 256 MiB if not set. A larger request is
    /// refused before it is sent; a larger message of the server ends the connection.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// How often a silent WebSocket is asked for a sign of life, and how long that may take until the connection
    /// counts as lost: 20 s each if not set.
    pub fn heartbeat(mut self, every: Duration, timeout: Duration) -> Self {
        self.heartbeat = Heartbeat { every, timeout };
        self
    }

    /// How a lost WebSocket is connected again for the sake of subscriptions: after `first`, twice that, and so on up
    /// to `most`, each shortened by chance to no less than half. 200 ms and 30 s if not set. Calls do not wait: each
    /// connects at once.
    pub fn reconnect_delay(mut self, first: Duration, most: Duration) -> Self {
        self.reconnect = Reconnect { first, most, ..self.reconnect };
        self
    }

    /// How long that is tried, until subscriptions end: 5 minutes if not set.
    pub fn reconnect_for(mut self, time: Duration) -> Self {
        self.reconnect.give_up = time;
        self
    }

    /// How many events of a subscription may wait for being read: 1024 if not set, and no more than 16 MiB. Of more,
    /// the oldest are dropped, of which [`Update::Lagged`](super::Update::Lagged) tells.
    pub fn event_buffer(mut self, events: usize) -> Self {
        self.event_buffer = events;
        self
    }

    /// Whether the API key may be sent without TLS to another machine. It may not if this is not set.
    pub fn allow_insecure_key(mut self, allow: bool) -> Self {
        self.allow_insecure_key = allow;
        self
    }

    /// Calls go to services in this process: through the same encoding, but no socket. Addresses, keys and headers
    /// are of no meaning then.
    #[cfg(feature = "server")]
    pub fn service(mut self, router: super::Router) -> Self {
        self.router = Some(router);
        self
    }

    /// Makes the client. No connection is made before the first call.
    ///
    /// # Errors
    ///
    /// A setting is unusable; see [`BuildError`].
    pub fn build(self) -> Result<Client, BuildError> {
        if let Some(variable) = self.unusable {
            return Err(BuildError::Environment { variable });
        }
        let http = Endpoint::http(self.http_url.as_deref())?;
        let websocket = match (&self.websocket_url, &self.http_url) {
            (None, Some(_)) => http.websocket()?,
            (url, _) => Endpoint::websocket_at(url.as_deref())?,
        };
        let (http_url, websocket_url) = (http.to_string(), websocket.to_string());
        let timeout = self.timeout;
        let (transport, socket) = self.connections(http, websocket)?;
        Ok(Client::from_core(Core { transport, socket, timeout, http_url, websocket_url }))
    }

    fn connections(self, http: Endpoint, websocket: Endpoint) -> Result<(Box<dyn Transport>, Socket), BuildError> {
        #[cfg(feature = "server")]
        if let Some(router) = self.router.clone() {
            let dial = super::socket::LocalDial(router.clone());
            let socket = Socket::new(Some(self.socket(Box::new(dial), None)));
            return Ok((Box::new(super::transport::InProcess(router)), socket));
        }
        http.check_tls()?;
        #[cfg(feature = "ws")]
        websocket.check_tls()?;
        let key = match &self.api_key_file {
            Some(path) => Some(endpoint::read_key(path)?),
            None => self.api_key.clone(),
        };
        if key.is_some() && !self.allow_insecure_key {
            http.check_secret()?;
            websocket.check_secret()?;
        }
        #[cfg(feature = "rustls")]
        let tls = super::transport::tls::config()?;
        let is_local = http.is_local();
        let settings = HttpSettings {
            headers: Headers::new(key.as_ref(), &self.headers)?,
            base: http.into_url(),
            connect_timeout: self.connect_timeout,
            max_answer_bytes: self.max_answer_bytes,
            #[cfg(feature = "rustls")]
            tls: tls.clone(),
        };
        let transport = Box::new(Http::new(settings, is_local)?);
        #[cfg(feature = "ws")]
        let socket = {
            let dial = WebSocketDial {
                target: websocket.to_string(),
                url: websocket.into_url(),
                headers: Headers::of_user(&self.headers)?,
                connect_timeout: self.connect_timeout,
                most_bytes: self.max_message_bytes,
                #[cfg(feature = "rustls")]
                tls,
            };
            Socket::new(Some(self.socket(Box::new(dial), key)))
        };
        #[cfg(not(feature = "ws"))]
        let socket = Socket::new(None);
        Ok((transport, socket))
    }

    #[cfg(any(feature = "ws", feature = "server"))]
    fn socket(&self, dial: Box<dyn Dial>, key: Option<ApiKey>) -> Settings {
        Settings {
            dial,
            key,
            most_bytes: self.max_message_bytes,
            heartbeat: self.heartbeat,
            reconnect: self.reconnect,
            limits: Limits { events: self.event_buffer, bytes: 16 << 20 },
            timeout: self.timeout,
        }
    }
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ClientBuilder {
    /// Values of headers are left out, as one of them may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&String> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("ClientBuilder")
            .field("api_key", &self.api_key)
            .field("http_url", &self.http_url.as_deref().map(endpoint::presentable))
            .field("websocket_url", &self.websocket_url.as_deref().map(endpoint::presentable))
            .field("headers", &headers)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
