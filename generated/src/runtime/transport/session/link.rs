//! The traits of connections: a WebSocket, or services in the same process.

use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::future::BoxFuture;

use crate::runtime::error::Failure;
use crate::runtime::method::Method;
use crate::runtime::redact::Redactor;

pub(crate) trait Connector: Send + Sync {
    /// Connects, within a bounded time.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>>;

    /// The name of the server, for messages.
    fn target(&self) -> &str;
}

/// An open connection. It holds at most one message that it has not begun to send, beside a bounded write buffer.
pub(crate) trait Link: Send {
    /// Whether [`send`](Self::send) can take a message. `Pending` also after an error, which [`poll`](Self::poll) returns.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<()>;

    /// Takes the message of a method, which [`poll`](Self::poll) sends. Call it only after
    /// [`poll_ready`](Self::poll_ready) has returned `Ready`.
    fn send(&mut self, method: &'static Method, message: Bytes);

    /// Sends a ping as soon as possible.
    fn ping(&mut self);

    /// Sends what it holds, and receives. Must not be called after it has returned [`Incoming::Disconnected`].
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming>;

    /// A number that changes with every sign of life from the server.
    fn activity(&self) -> u64;

    /// Sends what it holds, and closes the connection.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}

#[cfg_attr(not(any(feature = "ws", feature = "server")), expect(dead_code, reason = "no connector exists"))]
pub(crate) enum Incoming {
    Message(Bytes),
    /// The request with this id gets no response, which only test doubles know.
    #[cfg(feature = "test-util")]
    Failed(u32, Failure),
    Disconnected(ConnectionError),
}

/// Why there is no connection.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionError {
    /// What happened, with the host.
    pub(crate) message: String,
    /// The status and the body of a response that rejects the handshake.
    pub(crate) status: Option<(u16, String)>,
}

impl ConnectionError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: None }
    }

    /// The error without credentials.
    pub(super) fn redacted(self, redactor: &Redactor) -> Self {
        let status = self.status.map(|(status, excerpt)| (status, redactor.redact(&excerpt)));
        Self { message: redactor.redact(&self.message), status }
    }

    /// The failure of a call.
    pub(crate) fn failure(&self, unsent: bool) -> Failure {
        match &self.status {
            Some((status, excerpt)) => Failure::Http { status: *status, excerpt: excerpt.clone(), unsent },
            None => Failure::Transport { message: self.message.clone(), unsent, source: None },
        }
    }
}
