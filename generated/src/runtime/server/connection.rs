//! The connection of one client.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::handle::IncomingRequest;
use super::hub::Subscriber;
use super::outbox::Outgoing;
use super::router::Router;
use crate::runtime::method::{ApiError, ApiKey};
use crate::runtime::wire;
use crate::runtime::wire::{ResponseFrame, SocketRequest};

/// The connection of one client, on a socket of any kind. Dropping it ends its subscriptions.
///
/// Pass each message of the client to [`handle`](Self::handle), and send its response as well as the messages of
/// [`events`](Self::events) to the client.
pub struct Connection {
    router: Router,
    subscriber: Subscriber,
    check: Option<KeyCheck>,
}

pub(super) type KeyCheck = Arc<dyn Fn(Option<&ApiKey>) -> Result<(), ApiError> + Send + Sync>;

impl Connection {
    /// Checks the API key of each message before it is handled.
    #[must_use]
    pub fn check_key(
        mut self,
        check: impl Fn(Option<&ApiKey>) -> Result<(), ApiError> + Send + Sync + 'static,
    ) -> Self {
        self.check = Some(Arc::new(check));
        self
    }

    /// The response to a message. Several messages may be in flight at a time; their responses may be sent in any order.
    ///
    /// `None` if the message is too short for a response: close the socket. The response to any other invalid message is
    /// an error, as of [`Router::handle`].
    pub fn handle(&self, message: Bytes) -> impl Future<Output = Option<Bytes>> + Send + use<> {
        let (router, subscriber, check) = (self.router.clone(), self.subscriber.clone(), self.check.clone());
        async move {
            let (id, body) = wire::split_id(&message)?;
            let response = match wire::read_socket_request(&body, router.json_limits) {
                Ok(SocketRequest { service, method, frame, key, .. }) => {
                    match check.map_or(Ok(()), |check| check(key.as_ref())) {
                        Ok(()) => {
                            router.dispatch(&service, &method, IncomingRequest::on_socket(frame, subscriber)).await
                        }
                        Err(error) => ResponseFrame::error(&error),
                    }
                }
                Err(failure) => ResponseFrame::failure("invalid_request", &failure),
            };
            Some(wire::response_message(id, response.segments()))
        }
    }

    /// The response that rejects a message with an error; `None` if the message is too short for a response.
    pub fn reject(&self, message: &Bytes, error: &ApiError) -> Option<Bytes> {
        let (id, _) = wire::split_id(message)?;
        Some(wire::response_message(id, ResponseFrame::error(error).segments()))
    }

    /// The messages with events.
    pub fn events(&self) -> Outgoing {
        Outgoing(self.subscriber.outbox.clone())
    }
}

impl Router {
    /// The connection of a client that has connected to the WebSocket.
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
