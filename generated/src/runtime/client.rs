//! The client.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::error::Failure;
use super::socket::{Answered, Lease, Socket};
use super::transport::{Transport, WireCall};
use super::wire;
use super::{AnswerBuffer, BuildError, Channel, ClientBuilder, IdSource, Method, RequestFrame, Route};

/// A client of the API. Cheap to clone; clones share connections.
///
/// Calls run on a Tokio runtime with its timers and I/O enabled.
#[derive(Clone)]
pub struct Client(Arc<Core>);

pub(super) struct Core {
    pub(super) transport: Box<dyn Transport>,
    pub(super) socket: Socket,
    pub(super) timeout: Duration,
    pub(super) http_url: String,
    pub(super) websocket_url: String,
}

impl Client {
    /// Begins a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client made from the environment: `DECTHINGS_API_KEY`, `DECTHINGS_HTTP_URL` and `DECTHINGS_WS_URL`, each of
    /// which may be missing.
    ///
    /// # Errors
    ///
    /// A variable has an unusable value.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env().build()
    }

    pub(super) fn from_core(core: Core) -> Self {
        Self(Arc::new(core))
    }

    /// Where calls go over HTTP. Of no meaning to a client of services in the same process.
    pub fn http_url(&self) -> &str {
        &self.0.http_url
    }

    /// Where the WebSocket is. Of no meaning to a client of services in the same process.
    pub fn websocket_url(&self) -> &str {
        &self.0.websocket_url
    }

    /// Makes a call without its types.
    pub(crate) async fn exchange(
        &self,
        method: &'static Method,
        frame: RequestFrame,
        timeout: Option<Duration>,
        buffer: Option<AnswerBuffer>,
    ) -> Result<Bytes, Failure> {
        self.within(method, timeout, async {
            let refusal = match method.transport {
                Route::WebSocket => None,
                Route::WebSocketUnless { param, equals } if !wire::has_flag(&frame, param, equals) => None,
                Route::OpenWebSocketElse { error } => Some(error),
                _ => return self.0.transport.carry(WireCall { method, frame, buffer }).await,
            };
            self.0.socket.call(method, frame, refusal).await.map(|answered| answered.answer)
        })
        .await
    }

    /// Makes a call that subscribes, without its types.
    pub(crate) async fn open(
        &self,
        method: &'static Method,
        frame: RequestFrame,
        timeout: Option<Duration>,
        channel: &'static Channel,
        id: IdSource,
    ) -> Result<Answered, Failure> {
        if let Route::WebSocketUnless { param, equals } = method.transport {
            if wire::has_flag(&frame, param, equals) {
                return Err(Failure::invalid(param, format!("with {equals}, the call does not subscribe")));
            }
        }
        self.within(method, timeout, self.0.socket.open(method, frame, channel, id)).await
    }

    /// Gives a subscription back, and waits for the server's answer if it is asked.
    pub(crate) async fn give_back(&self, lease: Lease) -> Result<Option<Bytes>, Failure> {
        let after = self.0.timeout;
        tokio::time::timeout(after, lease.give_back()).await.map_err(|_| Failure::Timeout { after })
    }

    async fn within<T>(
        &self,
        method: &'static Method,
        timeout: Option<Duration>,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        if tokio::runtime::Handle::try_current().is_err() {
            let message = "there is no Tokio runtime here, which connections need".to_owned();
            return Err(Failure::Transport { message, unsent: true, source: None });
        }
        let own = method.deadline.unwrap_or_default();
        let after = timeout.unwrap_or_else(|| self.0.timeout.max(own));
        tokio::time::timeout(after, work).await.unwrap_or(Err(Failure::Timeout { after }))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("http_url", &self.0.http_url).finish_non_exhaustive()
    }
}
