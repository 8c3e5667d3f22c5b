//! How a client is made.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::endpoint;
use super::middleware::Middleware;
use super::retry::RetryPolicy;
use crate::runtime::method::ApiKey;
#[cfg(feature = "server")]
use crate::runtime::transport::Connector;
use crate::runtime::transport::{ApiKeyProvider, Heartbeat, Reconnect, Transport};
use crate::runtime::wire::DEEPEST;

/// Puts something around a transport.
#[cfg(feature = "test-util")]
type WrapTransport = Arc<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

/// What connects to services of the same process.
#[cfg(feature = "server")]
pub(super) type InProcessTransports = (Arc<dyn Transport>, Arc<dyn Connector>);

/// Settings of a client. What is left out has a default.
///
/// | what is bounded | default | set with |
/// |---|---|---|
/// | time of a call, with all its attempts | 60 s, or the method's own | [`timeout`](Self::timeout) |
/// | time of an attempt | that of the call | [`attempt_timeout`](Self::attempt_timeout) |
/// | time to connect | 10 s | [`connect_timeout`](Self::connect_timeout) |
/// | attempts of a call | 3 | [`retry`](Self::retry) |
/// | retries of all calls, until some succeed | 50 | [`retry_budget`](Self::retry_budget) |
/// | an answer over HTTP | 1 GiB | [`max_response_bytes`](Self::max_response_bytes) |
/// | a message on the WebSocket | 256 MiB | [`max_message_bytes`](Self::max_message_bytes) |
/// | connections and calls over HTTP at a time | 100 | [`max_connections`](Self::max_connections) |
/// | calls on the WebSocket at a time | 1024 | fixed |
/// | events that wait to be read | 1024, and 16 MiB | [`event_buffer`](Self::event_buffer) |
/// | silence of a WebSocket | 20 s, and 20 s to answer | [`heartbeat`](Self::heartbeat) |
/// | time to get a lost WebSocket back | 5 min | [`reconnect_for`](Self::reconnect_for) |
/// | depth of JSON | 128 | [`max_json_depth`](Self::max_json_depth) |
/// | blobs of a request | 255 | fixed, by the wire |
///
/// ```
/// # use decthings::Client;
/// let client = Client::builder().api_key("key").build()?;
/// # Ok::<(), decthings::BuildError>(())
/// ```
#[derive(Clone)]
#[must_use = "settings make no client until `build` is called"]
pub struct ClientBuilder {
    pub(super) api_key: Option<ApiKey>,
    pub(super) api_key_file: Option<PathBuf>,
    pub(super) api_key_provider: Option<Arc<dyn ApiKeyProvider>>,
    pub(super) http_url: Option<String>,
    pub(super) websocket_url: Option<String>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) timeout: Duration,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) connect_timeout: Duration,
    pub(super) retry: RetryPolicy,
    pub(super) retry_budget: u32,
    pub(super) max_response_bytes: u64,
    pub(super) max_connections: usize,
    pub(super) json_depth: usize,
    pub(super) max_message_bytes: usize,
    pub(super) heartbeat: Heartbeat,
    pub(super) reconnect: Reconnect,
    pub(super) event_buffer: usize,
    pub(super) allow_insecure_key: bool,
    /// A variable of the environment that is not Unicode.
    pub(super) unusable: Option<&'static str>,
    pub(super) transport: Option<Arc<dyn Transport>>,
    pub(super) pool: Option<reqwest::Client>,
    pub(super) middleware: Vec<Arc<dyn Middleware>>,
    /// Wraps the transport, whichever it is.
    #[cfg(feature = "test-util")]
    pub(super) wrap: Option<WrapTransport>,
    /// Replaces everything that connects.
    #[cfg(feature = "server")]
    pub(super) in_process: Option<InProcessTransports>,
}

impl ClientBuilder {
    /// The defaults: the public service, no key.
    pub fn new() -> Self {
        Self {
            api_key: None,
            api_key_file: None,
            api_key_provider: None,
            http_url: None,
            websocket_url: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(60),
            attempt_timeout: None,
            connect_timeout: Duration::from_secs(10),
            retry: RetryPolicy::new(),
            retry_budget: 50,
            max_response_bytes: 1 << 30,
            max_connections: 100,
            json_depth: DEEPEST,
            max_message_bytes: 256 << 20,
            heartbeat: Heartbeat { every: Duration::from_secs(20), timeout: Duration::from_secs(20) },
            reconnect: Reconnect {
                first: Duration::from_millis(200),
                max: Duration::from_secs(30),
                give_up: Duration::from_secs(300),
            },
            event_buffer: 1024,
            allow_insecure_key: false,
            unusable: None,
            transport: None,
            pool: None,
            middleware: Vec::new(),
            #[cfg(feature = "test-util")]
            wrap: None,
            #[cfg(feature = "server")]
            in_process: None,
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
        self.api_key_provider = None;
        self
    }

    /// A file that holds the API key and nothing else. It is read when the client is built.
    pub fn api_key_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.api_key = None;
        self.api_key_file = Some(path.into());
        self.api_key_provider = None;
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

    /// How long a call may take, with all its attempts, from connecting to the whole answer: 60 s if not set. A method
    /// that is known to take longer has its own deadline, if that is later. [`Call::timeout`](super::Call::timeout)
    /// overrides both.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long each attempt of a call may take: as long as the whole call if not set. For a method that is known to
    /// take longer, its own deadline counts. [`Call::attempt_timeout`](super::Call::attempt_timeout) overrides both.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How often calls are tried: see [`RetryPolicy`]. [`Call::retry`](super::Call::retry) overrides it.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// How many retries this client and its clones may make before calls succeed again: 50 if not set. Ten calls that
    /// succeed at once make up for one retry.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = retries;
        self
    }

    /// How long connecting may take: 10 s if not set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The most bytes of an answer: 1 GiB if not set. A larger one is an error, and is not read to its end.
    pub fn max_response_bytes(mut self, bytes: u64) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// The most connections for calls over HTTP, and so the most calls there at a time: 100 if not set. Others wait for
    /// their turn.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// The most bytes of a message on the WebSocket, in either direction: 256 MiB if not set. A larger request is
    /// refused before it is sent; a larger message of the server ends the connection.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// How deep the JSON of an answer or an event may be nested, its outermost object being one: 128 if not set, and
    /// never more. A deeper one is an error.
    pub fn max_json_depth(mut self, depth: usize) -> Self {
        self.json_depth = depth.min(DEEPEST);
        self
    }

    /// How often a silent WebSocket is asked for a sign of life, and how long that may take until the connection
    /// counts as lost: 20 s each if not set.
    pub fn heartbeat(mut self, every: Duration, timeout: Duration) -> Self {
        self.heartbeat = Heartbeat { every, timeout };
        self
    }

    /// How a lost WebSocket is connected again for the sake of subscriptions: after `first`, twice that, and so on up
    /// to `max`, each with random jitter of up to half of it. 200 ms and 30 s if not set. Calls do not wait: each
    /// connects at once.
    pub fn reconnect_delay(mut self, first: Duration, max: Duration) -> Self {
        self.reconnect = Reconnect { first, max, ..self.reconnect };
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

    /// Asks for the API key before each attempt, so that it can change. It replaces `api_key` and `api_key_file`.
    ///
    /// ```
    /// # use decthings::{ApiKey, Client};
    /// let client = Client::builder()
    ///     .api_key_provider(|| async { Ok(ApiKey::new(std::env::var("CURRENT_KEY")?)) })
    ///     .build()?;
    /// # Ok::<(), decthings::BuildError>(())
    /// ```
    pub fn api_key_provider(mut self, provider: impl ApiKeyProvider) -> Self {
        self.api_key = None;
        self.api_key_file = None;
        self.api_key_provider = Some(Arc::new(provider));
        self
    }

    /// Looks at every attempt. Several do so in the order in which they are given, and after an attempt in reverse.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Calls over HTTP travel on this instead. Timeouts, retries and headers stay the client's; `connect_timeout`,
    /// `max_response_bytes` and `max_connections` are the transport's matter. The WebSocket stays as it is.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Calls over HTTP are made with this client of the `reqwest` crate, with its own TLS, proxies and timeouts.
    ///
    /// Build it with `redirect(Policy::none())`, since the API has no redirects and the API key is not to follow any,
    /// and with `retry(reqwest::retry::never())`, since nothing else knows what is safe to repeat. A major version of
    /// `reqwest` that this crate moves to is no breaking change of this crate.
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.pool = Some(client);
        self
    }

    /// Puts this around the transport, whichever it is.
    #[cfg(feature = "test-util")]
    pub(crate) fn wrap_transport(
        mut self,
        wrap: impl Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync + 'static,
    ) -> Self {
        self.wrap = Some(Arc::new(wrap));
        self
    }

    /// Connects to services of the same process with these. Addresses, keys and headers do not matter then.
    #[cfg(feature = "server")]
    pub(crate) fn in_process(mut self, transport: Arc<dyn Transport>, connector: Arc<dyn Connector>) -> Self {
        self.in_process = Some((transport, connector));
        self
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
