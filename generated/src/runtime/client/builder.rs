//! The settings of a client.

use std::fmt;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::endpoint::{self, ProxySetting};
use super::handle::{ApiClient, Client};
use super::middleware::Middleware;
use super::retry::RetryPolicy;
use crate::runtime::method::ApiKey;
#[cfg(feature = "server")]
use crate::runtime::transport::Connector;
use crate::runtime::transport::{ApiKeyProvider, Heartbeat, Reconnect, Transport};
#[cfg(feature = "tower")]
use crate::runtime::transport::{ServiceTransport, TransportService, layered};
use crate::runtime::wire::{JsonLimits, MAX_JSON_DEPTH};

type TransportLayer = Arc<dyn Fn(Arc<dyn Transport>) -> Arc<dyn Transport> + Send + Sync>;

#[cfg(feature = "server")]
type InProcess = (Arc<dyn Transport>, Arc<dyn Connector>);

/// The settings of a client, all of which have defaults. `C` is the client that [`build`](Self::build) makes.
///
/// | limit | default | setter |
/// |---|---|---|
/// | duration of a call, with all its attempts | 60 s, or the method's deadline | [`timeout`](Self::timeout) |
/// | duration of an attempt | that of the call | [`attempt_timeout`](Self::attempt_timeout) |
/// | time to connect | 10 s | [`connect_timeout`](Self::connect_timeout) |
/// | attempts of a call | 3 | [`retry`](Self::retry) |
/// | retries of all calls, until some succeed | 50 | [`retry_budget`](Self::retry_budget) |
/// | size of an HTTP response | 1 GiB | [`max_response_bytes`](Self::max_response_bytes) |
/// | size of a WebSocket message | 256 MiB | [`max_message_bytes`](Self::max_message_bytes) |
/// | concurrent HTTP connections and calls | 100 | [`max_connections`](Self::max_connections) |
/// | concurrent calls on the WebSocket | 1024 | [`max_websocket_calls`](Self::max_websocket_calls) |
/// | unsent bytes of calls on the WebSocket | 64 MiB | [`max_queued_bytes`](Self::max_queued_bytes) |
/// | unread events | 1024, and 16 MiB | [`event_buffer`](Self::event_buffer) |
/// | silence of a WebSocket | 20 s, and 20 s until the pong | [`heartbeat`](Self::heartbeat) |
/// | time that an unused WebSocket stays open | 10 s | [`websocket_idle_timeout`](Self::websocket_idle_timeout) |
/// | time to reconnect a WebSocket | 5 min | [`reconnect_for`](Self::reconnect_for) |
/// | size of the JSON of a response or an event | 64 MiB | [`max_json_bytes`](Self::max_json_bytes) |
/// | depth of JSON | 128 | [`max_json_depth`](Self::max_json_depth) |
/// | memory for decoding | 32 bytes for each byte that arrived, and 1 MiB | fixed |
/// | blobs of a request | 255 | fixed, by the wire format |
///
/// ```
/// # use decthings::Client;
/// let client = Client::builder().api_key("key").build()?;
/// # Ok::<(), decthings::BuildError>(())
/// ```
#[derive(Clone)]
#[must_use = "call `build` to make the client"]
pub struct ClientBuilder<C = Client> {
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
    pub(super) json_limits: JsonLimits,
    pub(super) max_message_bytes: usize,
    pub(super) max_websocket_calls: usize,
    pub(super) max_queued_bytes: usize,
    pub(super) websocket_idle_timeout: Duration,
    pub(super) heartbeat: Heartbeat,
    pub(super) reconnect: Reconnect,
    pub(super) event_buffer: usize,
    pub(super) allow_insecure_key: bool,
    /// An environment variable that is not Unicode.
    pub(super) invalid_variable: Option<String>,
    pub(super) transport: Option<Arc<dyn Transport>>,
    pub(super) pool: Option<reqwest::Client>,
    pub(super) websocket_pool: Option<reqwest::Client>,
    pub(super) proxy: ProxySetting,
    pub(super) middleware: Vec<Arc<dyn Middleware>>,
    pub(super) transport_layers: Vec<TransportLayer>,
    #[cfg(feature = "server")]
    pub(crate) in_process: Option<InProcess>,
    pub(super) client: PhantomData<fn() -> C>,
}

impl<C: ApiClient> ClientBuilder<C> {
    /// The default settings: the public service, without an API key.
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
            json_limits: JsonLimits::default(),
            max_message_bytes: 256 << 20,
            max_websocket_calls: 1024,
            max_queued_bytes: 64 << 20,
            websocket_idle_timeout: Duration::from_secs(10),
            heartbeat: Heartbeat { every: Duration::from_secs(20), timeout: Duration::from_secs(20) },
            reconnect: Reconnect {
                first: Duration::from_millis(200),
                max: Duration::from_secs(30),
                give_up: Duration::from_secs(300),
            },
            event_buffer: 1024,
            allow_insecure_key: false,
            invalid_variable: None,
            transport: None,
            pool: None,
            websocket_pool: None,
            proxy: ProxySetting::default(),
            middleware: Vec::new(),
            transport_layers: Vec::new(),
            #[cfg(feature = "server")]
            in_process: None,
            client: PhantomData,
        }
    }

    /// The settings of the environment variables `PREFIX_API_KEY`, `PREFIX_HTTP_URL` and `PREFIX_WS_URL`, where `PREFIX` is
    /// the [prefix of the API](ApiClient::ENVIRONMENT): `DECTHINGS` for Decthings. Empty variables are ignored.
    pub fn from_env() -> Self {
        let mut builder = Self::new();
        let mut read = |suffix: &str| {
            let name = format!("{}_{suffix}", C::ENVIRONMENT);
            match std::env::var(&name) {
                Ok(value) => Some(value).filter(|value| !value.trim().is_empty()),
                Err(std::env::VarError::NotPresent) => None,
                Err(std::env::VarError::NotUnicode(_)) => {
                    builder.invalid_variable = Some(name);
                    None
                }
            }
        };
        let key = read("API_KEY").and_then(ApiKey::new);
        let (http_url, websocket_url) = (read("HTTP_URL"), read("WS_URL"));
        Self { api_key: key, http_url, websocket_url, ..builder }
    }
}

impl<C> ClientBuilder<C> {
    /// Sets the API key, without surrounding white space. An empty text is no key.
    pub fn api_key(self, key: impl AsRef<str>) -> Self {
        Self { api_key: ApiKey::new(key), api_key_file: None, api_key_provider: None, ..self }
    }

    /// Sets a file that contains only the API key. [`build`](Self::build) reads it.
    pub fn api_key_file(self, path: impl Into<PathBuf>) -> Self {
        Self { api_key: None, api_key_file: Some(path.into()), api_key_provider: None, ..self }
    }

    /// Sets the URL of calls over HTTP, such as `http://127.0.0.1:8080/v0`. By default, the WebSocket's URL is this one
    /// followed by `/ws`.
    pub fn http_url(self, url: impl Into<String>) -> Self {
        Self { http_url: Some(url.into()), ..self }
    }

    /// Sets the URL of the WebSocket, such as `ws://127.0.0.1:8080/v0/ws`.
    pub fn websocket_url(self, url: impl Into<String>) -> Self {
        Self { websocket_url: Some(url.into()), ..self }
    }

    /// Adds a header to every request. It replaces a header that the client sends, such as `Authorization`. A name may
    /// be added more than once.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the timeout of a call, with all its attempts, from connecting to the end of the response; 60 s by default. A
    /// method's own deadline overrides it if it is later. [`Call::timeout`](super::Call::timeout) overrides both.
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Sets the timeout of each attempt; that of the call by default. A method's own deadline overrides it if it is
    /// later. [`Call::attempt_timeout`](super::Call::attempt_timeout) overrides both.
    pub fn attempt_timeout(self, timeout: Duration) -> Self {
        Self { attempt_timeout: Some(timeout), ..self }
    }

    /// Sets the [`RetryPolicy`]. [`Call::retry`](super::Call::retry) overrides it.
    pub fn retry(self, policy: RetryPolicy) -> Self {
        Self { retry: policy, ..self }
    }

    /// Sets the number of retries that this client and its clones may make until calls succeed; 50 by default. Ten calls
    /// that succeed at the first attempt restore one retry.
    pub fn retry_budget(self, retries: u32) -> Self {
        Self { retry_budget: retries, ..self }
    }

    /// Sets the timeout for connecting; 10 s by default.
    pub fn connect_timeout(self, timeout: Duration) -> Self {
        Self { connect_timeout: timeout, ..self }
    }

    /// Sets the maximum number of bytes of a response; 1 GiB by default. A larger response is an error, and so is one whose
    /// JSON exceeds [`max_json_bytes`](Self::max_json_bytes).
    pub fn max_response_bytes(self, bytes: u64) -> Self {
        Self { max_response_bytes: bytes, ..self }
    }

    /// Sets the maximum number of HTTP connections, and so of concurrent calls; 100 by default. Further calls wait.
    pub fn max_connections(self, connections: usize) -> Self {
        Self { max_connections: connections, ..self }
    }

    /// Sets the maximum number of bytes of a WebSocket message; 256 MiB by default. A larger request fails before it is
    /// sent; a larger message of the server closes the connection.
    pub fn max_message_bytes(mut self, bytes: usize) -> Self {
        self.max_message_bytes = bytes;
        self
    }

    /// Sets the maximum number of calls on the WebSocket that are queued or wait for their responses; 1024 by default.
    /// Further calls wait, as part of their timeout.
    pub fn max_websocket_calls(mut self, calls: usize) -> Self {
        self.max_websocket_calls = calls;
        self
    }

    /// Sets the maximum number of bytes of calls on the WebSocket that the server has not begun to receive; 64 MiB by
    /// default. Further calls wait, as part of their timeout. A larger message waits until the queue is empty. A call
    /// that is given up leaves the queue, and is not sent.
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.max_queued_bytes = bytes;
        self
    }

    /// Sets for how long a WebSocket without calls and subscriptions stays open for the next ones; 10 s by default. Zero
    /// closes it at once. It is closed with the client in any case.
    pub fn websocket_idle_timeout(mut self, time: Duration) -> Self {
        self.websocket_idle_timeout = time;
        self
    }

    /// Sets the maximum number of bytes of the JSON of a response or an event, which does not include blobs; 64 MiB by
    /// default. Larger JSON is an error.
    pub fn max_json_bytes(self, bytes: usize) -> Self {
        Self { json_limits: JsonLimits { bytes, ..self.json_limits }, ..self }
    }

    /// Sets the maximum nesting of the JSON of a response or an event; 128 by default and at most. Deeper JSON is an
    /// error.
    pub fn max_json_depth(self, depth: usize) -> Self {
        Self { json_limits: JsonLimits { depth: depth.min(MAX_JSON_DEPTH), ..self.json_limits }, ..self }
    }

    /// Sets the interval of pings on a silent WebSocket, and the timeout of the pong, after which the connection is closed;
    /// 20 s each by default.
    pub fn heartbeat(mut self, every: Duration, timeout: Duration) -> Self {
        self.heartbeat = Heartbeat { every, timeout };
        self
    }

    /// Sets the delays before a WebSocket with subscriptions reconnects: `first`, which doubles up to `max`, each reduced
    /// by a random jitter of up to half; 200 ms and 30 s by default. The delays begin anew after all subscriptions have
    /// been restored and the connection has held for `max`. A call reconnects without a delay at first, and after at most
    /// 1 s if connections keep failing.
    pub fn reconnect_delay(self, first: Duration, max: Duration) -> Self {
        Self { reconnect: Reconnect { first, max, ..self.reconnect }, ..self }
    }

    /// Sets for how long a WebSocket tries to reconnect until its subscriptions end; 5 minutes by default. The time begins
    /// anew when the [delays](Self::reconnect_delay) do; that of connections which do not hold is left out.
    pub fn reconnect_for(mut self, time: Duration) -> Self {
        self.reconnect.give_up = time;
        self
    }

    /// Sets the maximum number of unread events of a subscription; 1024 by default, and no more than 16 MiB. Then the
    /// oldest are dropped, whose number [`Update::Lagged`](crate::Update::Lagged) reports.
    pub fn event_buffer(mut self, events: usize) -> Self {
        self.event_buffer = events;
        self
    }

    /// Allows to send the API key to another machine without TLS, or through a proxy on another machine without TLS. This
    /// machine is `127.0.0.1` and the like, and `localhost` and names that end with `.localhost`.
    pub fn allow_insecure_key(self, allow: bool) -> Self {
        Self { allow_insecure_key: allow, ..self }
    }

    /// Sets a provider that is called for the API key before each attempt. It replaces `api_key` and `api_key_file`.
    ///
    /// ```
    /// # use decthings::{ApiKey, Client};
    /// let client = Client::builder()
    ///     .api_key_provider(|| async { Ok(ApiKey::new(std::env::var("CURRENT_KEY")?)) })
    ///     .build()?;
    /// # Ok::<(), decthings::BuildError>(())
    /// ```
    pub fn api_key_provider(self, provider: impl ApiKeyProvider) -> Self {
        Self { api_key: None, api_key_file: None, api_key_provider: Some(Arc::new(provider)), ..self }
    }

    /// Adds a middleware. Several are called in the order in which they were added, and after an attempt in reverse.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Replaces HTTP by another transport, but not the WebSocket. The client still applies timeouts, retries and headers,
    /// but not `connect_timeout`, `max_response_bytes` and `max_connections`. [`transport_layer`](Self::transport_layer)
    /// wraps a transport, and [test doubles](crate::guide::testing) replace the WebSocket as well.
    pub fn transport(self, transport: impl Transport) -> Self {
        Self { transport: Some(Arc::new(transport)), ..self }
    }

    /// Wraps the transport of calls over HTTP, to add headers, metrics or a circuit breaker around it. Several layers may be
    /// added; the last one is the outermost.
    ///
    /// The transport is HTTP with the settings of this builder, or that of [`transport`](Self::transport) or of a test
    /// double. The client makes each attempt through the layers: timeouts, retries and the redaction of credentials are
    /// outside. A layer sees the API key in the headers, which are marked as sensitive. See [`Transport`] for an example.
    pub fn transport_layer<T: Transport>(
        mut self,
        layer: impl Fn(Arc<dyn Transport>) -> T + Send + Sync + 'static,
    ) -> Self {
        self.transport_layers.push(Arc::new(move |transport| Arc::new(layer(transport))));
        self
    }

    /// Wraps the transport in a layer of tower, as [`transport_layer`](Self::transport_layer) does. The layer sees
    /// [`TransportRequest`](crate::runtime::TransportRequest)s, so layers for requests of the crate `http` do not fit.
    ///
    /// ```
    /// use decthings::Client;
    /// use decthings::runtime::{TransportRequest, TransportService};
    /// use tower_service::Service;
    ///
    /// /// Logs each request. Layers of the crate `tower` are used the same way.
    /// #[derive(Clone)]
    /// struct Log(TransportService);
    ///
    /// impl Service<TransportRequest> for Log {
    ///     type Response = <TransportService as Service<TransportRequest>>::Response;
    ///     type Error = <TransportService as Service<TransportRequest>>::Error;
    ///     type Future = <TransportService as Service<TransportRequest>>::Future;
    ///
    ///     fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
    ///         self.0.poll_ready(context)
    ///     }
    ///
    ///     fn call(&mut self, request: TransportRequest) -> Self::Future {
    ///         println!("{} with {} bytes", request.path(), request.body_len());
    ///         self.0.call(request)
    ///     }
    /// }
    ///
    /// let client = Client::builder().tower_layer(tower_layer::layer_fn(Log)).build()?;
    /// # let _ = client;
    /// # Ok::<(), decthings::BuildError>(())
    /// ```
    #[cfg(feature = "tower")]
    pub fn tower_layer<L>(self, layer: L) -> Self
    where
        L: tower_layer::Layer<TransportService> + Send + Sync + 'static,
        ServiceTransport<L::Service>: Transport,
    {
        self.transport_layer(layered(layer))
    }

    /// Connects through this proxy, such as `http://name:password@proxy.example:3128`, for calls over HTTP and for the
    /// WebSocket. Proxies of HTTP and of SOCKS are supported.
    ///
    /// By default, the proxy is that of the environment variables `HTTPS_PROXY` (for `https` and `wss`), `HTTP_PROXY` (for
    /// `http` and `ws`) or `ALL_PROXY`, except for the hosts in `NO_PROXY` and for this machine.
    ///
    /// TLS goes through the proxy in a tunnel (`CONNECT`). Without TLS, the proxy reads the API key; a proxy on another
    /// machine needs [`allow_insecure_key`](Self::allow_insecure_key).
    pub fn proxy(self, url: impl Into<String>) -> Self {
        Self { proxy: ProxySetting::Url(url.into()), ..self }
    }

    /// Connects without a proxy, whatever the environment variables say.
    pub fn no_proxy(self) -> Self {
        Self { proxy: ProxySetting::Off, ..self }
    }

    /// Connects with this client of the `reqwest` crate, with its own TLS, proxies and timeouts; [`proxy`](Self::proxy) and
    /// [`no_proxy`](Self::no_proxy) do not affect it.
    ///
    /// Build it with `redirect(Policy::none())`, as the API key must not follow redirects, and with
    /// `retry(reqwest::retry::never())`, as only this crate knows which calls are safe to repeat. For a server on this
    /// machine, also use `no_proxy()`: a proxy of the environment would get the API key. If it may use HTTP/2, set another
    /// client for the WebSocket with [`websocket_reqwest_client`](Self::websocket_reqwest_client).
    ///
    /// Upgrading `reqwest` to another major version is not a breaking change of this crate.
    pub fn reqwest_client(self, client: reqwest::Client) -> Self {
        Self { pool: Some(client), ..self }
    }

    /// Connects the WebSocket with this client of the `reqwest` crate, instead of that of
    /// [`reqwest_client`](Self::reqwest_client). Build it with `http1_only()`, and as that one.
    pub fn websocket_reqwest_client(self, client: reqwest::Client) -> Self {
        Self { websocket_pool: Some(client), ..self }
    }
}

impl<C: ApiClient> Default for ClientBuilder<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> fmt::Debug for ClientBuilder<C> {
    /// Omits the values of headers, which may be secret.
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
