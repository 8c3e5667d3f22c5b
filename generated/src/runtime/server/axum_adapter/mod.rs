//! Serves a router with axum: calls over HTTP, and a WebSocket.

mod handshake;
mod http;
mod response;
mod socket;

use std::fmt;
use std::sync::Arc;

use ::axum::body::Body;
use ::axum::extract::{Path, Request, State};
use ::axum::http::Response;
use ::axum::routing::{get, post};
use futures_core::future::BoxFuture;
use futures_util::FutureExt as _;
use futures_util::future::Shared;

use super::connection::KeyCheck;
use super::router::Router;
use crate::runtime::method::{ApiError, ApiKey};

/// Serves a [`Router`] with axum: calls over HTTP, and a WebSocket for calls and events.
///
/// ```
/// use std::sync::Arc;
///
/// use decthings::api::model::{DeleteModelRequest, DeleteModelResult, ModelService};
/// use decthings::runtime::ServiceResult;
/// use decthings::{ApiError, AxumAdapter, Client, Router};
///
/// struct Models;
///
/// impl ModelService for Models {
///     async fn delete_model(&self, _: DeleteModelRequest) -> ServiceResult<DeleteModelRequest> {
///         Ok(DeleteModelResult::new())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let adapter = AxumAdapter::new(Router::new().model(Arc::new(Models))).check_key(|key| match key {
///     Some(key) if key.expose() == "secret" => Ok(()),
///     _ => Err(ApiError::new("bad_credentials")),
/// });
/// let app = axum::Router::new().nest("/v0", adapter.into_router());
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let url = format!("http://{}/v0", listener.local_addr()?);
/// tokio::spawn(async move { axum::serve(listener, app).await });
///
/// let client = Client::builder().http_url(url).api_key("secret").build()?;
/// client.model().delete_model("model").await?;
/// # Ok(()) }
/// ```
///
/// | limit | default | setter |
/// |---|---|---|
/// | size of the body of a request, and of a WebSocket message | 256 MiB | [`max_body_bytes`](Self::max_body_bytes) |
/// | concurrent calls of a WebSocket | 128 | [`max_socket_calls`](Self::max_socket_calls) |
/// | other load | none | [`admit`](Self::admit) |
/// | size of the JSON of a request | 64 MiB | [`Router::max_json_bytes`] |
/// | time until the whole body has arrived, and until its next part | 300 s, and 30 s | fixed |
/// | silence of a WebSocket | 300 s | fixed |
/// | before the first valid key: size of a message, and time | 16 KiB, and 5 s | fixed |
///
/// Errors of the API are responses with the status 200. The status is 413 for a body that is too large, 408 for one that is
/// too slow, 400 for one that ends early, and 426 for a request to the WebSocket without a handshake. Rejecting requests of
/// other web pages, by their `Origin`, is left to a layer of axum.
#[derive(Clone)]
#[must_use = "convert it into a router of axum"]
pub struct AxumAdapter {
    pub(super) router: Router,
    check: Option<KeyCheck>,
    admit: Option<Admission>,
    max_body_bytes: usize,
    max_socket_calls: usize,
    shutdown: Option<Shared<BoxFuture<'static, ()>>>,
}

type Admission = Arc<dyn Fn(usize) -> Option<Permit> + Send + Sync>;

/// Is dropped when a call ends.
type Permit = Box<dyn Send>;

impl AxumAdapter {
    /// An adapter with the default limits, which accepts all callers.
    pub fn new(router: impl Into<Router>) -> Self {
        Self {
            router: router.into(),
            check: None,
            admit: None,
            max_body_bytes: 256 << 20,
            max_socket_calls: 128,
            shutdown: None,
        }
    }

    /// Checks the API key of each call: the bearer token of an HTTP request before its body is read, and the key in each
    /// message of a WebSocket. Compare keys in constant time if they are not looked up by a hash.
    pub fn check_key(
        mut self,
        check: impl Fn(Option<&ApiKey>) -> Result<(), ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }

    /// Limits the load. The function gets the size of each call in bytes before its body is read, which is
    /// [`max_body_bytes`](Self::max_body_bytes) if the caller does not announce it. `None` rejects the call with
    /// `too_many_requests`; what it returns otherwise, such as a permit of a semaphore, is dropped when the response is
    /// ready.
    pub fn admit<P: Send + 'static>(mut self, admit: impl Fn(usize) -> Option<P> + Send + Sync + 'static) -> Self {
        self.admit = Some(Arc::new(move |bytes| admit(bytes).map(|permit| -> Permit { Box::new(permit) })));
        self
    }

    /// Sets the maximum number of bytes of the body of a request, and of a WebSocket message; 256 MiB by default.
    pub fn max_body_bytes(self, bytes: usize) -> Self {
        Self { max_body_bytes: bytes, ..self }
    }

    /// Sets the maximum number of concurrent calls of a WebSocket; 128 by default. Further calls fail with
    /// `too_many_requests`.
    pub fn max_socket_calls(self, calls: usize) -> Self {
        Self { max_socket_calls: calls, ..self }
    }

    /// Closes the WebSockets when the signal completes. Calls that take longer than one second then get no response.
    ///
    /// Requests over HTTP are not affected: use `with_graceful_shutdown` of `axum::serve` as well.
    pub fn with_graceful_shutdown(mut self, signal: impl Future<Output = ()> + Send + 'static) -> Self {
        self.shutdown = Some(signal.boxed().shared());
        self
    }

    /// Routes for `POST /{service}/{method}`, and for the WebSocket at `/ws`, where clients expect it by default.
    pub fn into_router(self) -> ::axum::Router {
        ::axum::Router::new()
            .route("/{service}/{method}", post(call))
            .route("/ws", get(upgrade))
            .with_state(Arc::new(self))
    }

    /// Responds to a request of a method, for routes of your own.
    pub async fn call(&self, service: &str, method: &str, request: Request) -> Response<Body> {
        http::call(self, service, method, request).await
    }

    /// Responds to the handshake of a WebSocket, for routes of your own. The future serves the WebSocket, and has to be
    /// spawned; there is none if the request is not a handshake.
    pub fn upgrade(&self, request: Request) -> (Response<Body>, Option<BoxFuture<'static, ()>>) {
        let (response, upgraded) = handshake::respond(request);
        let adapter = self.clone();
        (response, upgraded.map(|upgraded| socket::serve(adapter, upgraded).boxed()))
    }

    fn admit_call(&self, bytes: usize) -> Option<Option<Permit>> {
        match &self.admit {
            Some(admit) => admit(bytes).map(Some),
            None => Some(None),
        }
    }
}

async fn call(
    State(adapter): State<Arc<AxumAdapter>>,
    Path((service, method)): Path<(String, String)>,
    request: Request,
) -> Response<Body> {
    adapter.call(&service, &method, request).await
}

async fn upgrade(State(adapter): State<Arc<AxumAdapter>>, request: Request) -> Response<Body> {
    let (response, serving) = adapter.upgrade(request);
    if let Some(serving) = serving {
        tokio::spawn(serving);
    }
    response
}

impl fmt::Debug for AxumAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AxumAdapter")
            .field("router", &self.router)
            .field("max_body_bytes", &self.max_body_bytes)
            .field("max_socket_calls", &self.max_socket_calls)
            .finish_non_exhaustive()
    }
}
