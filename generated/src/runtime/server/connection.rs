//! One client on one socket: calls in any order, and events.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::handle::IncomingRequest;
use super::outbox::Outgoing;
use super::router::Router;
use super::subscriber::Subscriber;
use crate::runtime::method::{ApiError, ApiKey};
use crate::runtime::wire;
use crate::runtime::wire::{ResponseFrame, SocketRequest};

/// One client on one socket, whatever the socket is. Dropping it ends its subscriptions.
///
/// Each message of the client goes to [`handle`](Self::handle), of which the reply goes back; what
/// [`events`](Self::events) gives goes to the client as well.
pub struct Connection {
    router: Router,
    subscriber: Subscriber,
    check: Option<KeyCheck>,
}

type KeyCheck = Arc<dyn Fn(Option<&ApiKey>) -> Result<(), ApiError> + Send + Sync>;

impl Connection {
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
        let (router, subscriber, check) = (self.router.clone(), self.subscriber.clone(), self.check.clone());
        async move {
            let (id, body) = wire::split_id(&message)?;
            let answer = match wire::read_socket_request(&body) {
                Ok(request) => respond(&router, subscriber, request, check).await,
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
        Outgoing(self.subscriber.outbox().clone())
    }
}

async fn respond(
    router: &Router,
    subscriber: Subscriber,
    request: SocketRequest,
    check: Option<KeyCheck>,
) -> ResponseFrame {
    if let Some(Err(error)) = check.map(|check| check(request.key.as_ref())) {
        return ResponseFrame::error(&error);
    }
    let SocketRequest { service, method, frame, .. } = request;
    router.answer(&service, &method, IncomingRequest::on_socket(frame, subscriber)).await
}

impl Router {
    /// A connection for a new socket.
    pub fn connect(&self) -> Connection {
        Connection { router: self.clone(), subscriber: Subscriber::new(self.hub.clone()), check: None }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.subscriber.close();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("subscriber", &self.subscriber).finish_non_exhaustive()
    }
}
