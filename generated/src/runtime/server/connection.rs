//! One client on one socket: calls in any order, and events.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;

use super::handle::IncomingRequest;
use super::hub::EventHub;
use super::outbox::{Outbox, Outgoing};
use super::router::Router;
use crate::runtime::method::{ApiError, ApiKey};
use crate::runtime::wire;
use crate::runtime::wire::{ResponseFrame, SocketRequest};

/// One client on one socket, whatever the socket is. Dropping it ends its subscriptions.
///
/// Each message of the client goes to [`handle`](Self::handle), of which the reply goes back; what
/// [`events`](Self::events) gives goes to the client as well.
pub struct Connection {
    inner: Arc<Inner>,
    check: Option<KeyCheck>,
}

type KeyCheck = Arc<dyn Fn(Option<&ApiKey>) -> Result<(), ApiError> + Send + Sync>;

struct Inner {
    router: Router,
    hub: EventHub,
    number: u64,
    outbox: Arc<Outbox>,
    closed: AtomicBool,
}

impl Connection {
    pub(super) fn new(router: Router, hub: EventHub) -> Self {
        let number = hub.connection();
        let inner = Inner { router, hub, number, outbox: Arc::default(), closed: AtomicBool::new(false) };
        Self { inner: Arc::new(inner), check: None }
    }

    /// Has the API key of each message looked at before it is handled.
    #[must_use]
    pub fn check_key(
        mut self,
        check: impl Fn(Option<&ApiKey>) -> Result<(), ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }

    /// The reply to a message. Several may be in the works at a time, and be sent in any order.
    ///
    /// `None` if the message is too short to be replied to; then the socket is to be closed. What is wrong otherwise
    /// is answered with an error, as by [`Router::handle`].
    pub fn handle(&self, message: Bytes) -> impl Future<Output = Option<Bytes>> + Send + use<> {
        let (inner, check) = (self.inner.clone(), self.check.clone());
        async move {
            let (id, body) = wire::split_id(&message)?;
            let answer = match wire::read_socket_request(&body) {
                Ok(request) => inner.answer(request, check).await,
                Err(failure) => ResponseFrame::failure("invalid_request", &failure),
            };
            Some(wire::response_message(id, &answer))
        }
    }

    /// The reply that refuses a message with an error, whatever it asks for; `None` if it is too short.
    pub fn refuse(&self, message: &Bytes, error: &ApiError) -> Option<Bytes> {
        let (id, _) = wire::split_id(message)?;
        Some(wire::response_message(id, &ResponseFrame::error(error)))
    }

    /// The messages that tell events.
    pub fn events(&self) -> Outgoing {
        Outgoing(self.inner.outbox.clone())
    }
}

impl Inner {
    async fn answer(self: Arc<Self>, request: SocketRequest, check: Option<KeyCheck>) -> ResponseFrame {
        if let Some(Err(error)) = check.map(|check| check(request.key.as_ref())) {
            return ResponseFrame::error(&error);
        }
        let subscriber = Subscriber(self.clone());
        let SocketRequest { service, method, frame, .. } = request;
        self.router.answer(&service, &method, IncomingRequest::on_socket(frame, subscriber)).await
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.inner.closed.store(true, Ordering::SeqCst);
        self.inner.hub.leave(self.inner.number);
        self.inner.outbox.close();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("number", &self.inner.number).finish_non_exhaustive()
    }
}

/// The connection that a request came on.
#[derive(Clone)]
pub(super) struct Subscriber(Arc<Inner>);

impl Subscriber {
    pub(super) fn subscribe(&self, service: &'static str, id: &str) {
        let Inner { hub, number, outbox, closed, .. } = &*self.0;
        hub.register(service, id, *number, outbox);
        // The connection may have been dropped while the service was at work.
        if closed.load(Ordering::SeqCst) {
            hub.unregister(service, id, *number);
        }
    }

    pub(super) fn unsubscribe(&self, service: &'static str, id: &str) -> bool {
        self.0.hub.unregister(service, id, self.0.number)
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscriber({})", self.0.number)
    }
}
