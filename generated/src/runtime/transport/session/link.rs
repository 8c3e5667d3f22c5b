//! What a connection is made of, and how one is made: a WebSocket, or services in the same process.

use std::fmt::Debug;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::future::BoxFuture;

use crate::runtime::error::Failure;

/// Makes connections.
pub(crate) trait Connector: Debug + Send + Sync {
    /// Makes one, in bounded time.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>>;

    /// What is connected to, for messages.
    fn target(&self) -> &str;
}

/// A connection.
pub(crate) trait Link: Send {
    /// Sends a message as soon as [`poll`](Self::poll) can.
    fn send(&mut self, message: Bytes);

    /// Asks for a sign of life.
    fn ping(&mut self);

    /// Writes what is to be sent, and reads. Is not called after it told of a loss.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming>;

    /// A number that changes with every sign of life from the other side.
    fn signs(&self) -> u64;

    /// Sends what is to be sent, and closes.
    fn close(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// What comes from a connection.
#[derive(Debug)]
#[cfg_attr(not(any(feature = "ws", feature = "server")), expect(dead_code, reason = "there is no way to connect"))]
pub(crate) enum Incoming {
    Message(Bytes),
    Disconnected(ConnectionError),
}

/// Why there is no connection.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionError {
    /// What happened, with the host.
    pub(crate) message: String,
    /// The answer to the handshake, if it has another status than it should.
    pub(crate) status: Option<(u16, String)>,
}

impl ConnectionError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), status: None }
    }

    /// The failure of a call.
    pub(crate) fn failure(&self, unsent: bool) -> Failure {
        match &self.status {
            Some((status, excerpt)) => Failure::Http { status: *status, excerpt: excerpt.clone(), unsent },
            None => Failure::Transport { message: self.message.clone(), unsent, source: None },
        }
    }
}
