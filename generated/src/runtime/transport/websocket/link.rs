//! An open WebSocket.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::future::BoxFuture;
use futures_util::{Sink as _, SinkExt as _, Stream as _};
use reqwest::Upgraded;
use tokio_websockets::{ClientBuilder, CloseCode, Config, Error, Limits, Message, WebSocketStream};

use super::fragments::MessageTooLong;
use super::stream::Stream;
use crate::runtime::method::Method;
use crate::runtime::text::excerpt;
use crate::runtime::transport::io_error::cause;
use crate::runtime::transport::session::link::{ConnectionError, Incoming, Link};

/// The largest message that is copied.
const SMALL: usize = 4 << 10;
/// The size of an allocation for small messages.
const CHUNK: usize = 16 << 10;

pub(super) struct WebSocketLink {
    socket: WebSocketStream<Stream>,
    target: String,
    ping_due: bool,
    unflushed: bool,
    /// The error of sending. Received messages may still be readable.
    send_error: Option<ConnectionError>,
    /// Memory for small messages.
    memory: BytesMut,
}

impl WebSocketLink {
    /// Takes over a connection after the handshake.
    pub(super) fn new(upgraded: Upgraded, target: &str, max_message_bytes: usize) -> Self {
        let socket = ClientBuilder::new()
            // Messages are sent in one frame each, as not every server puts fragments together.
            .config(Config::default().frame_size(usize::MAX))
            // The stream has a limit for whole messages.
            .limits(Limits::unlimited())
            .take_over(Stream::new(upgraded, max_message_bytes));
        let (target, memory) = (target.to_owned(), BytesMut::new());
        Self { socket, target, ping_due: false, unflushed: false, send_error: None, memory }
    }

    /// Copies a small message, which would otherwise keep the socket's read buffer alive until it is handled: the
    /// socket would have to allocate another one.
    fn detach(&mut self, message: Bytes) -> Bytes {
        if message.len() > SMALL {
            return message;
        }
        if self.memory.capacity() < message.len() {
            self.memory = BytesMut::with_capacity(CHUNK);
        }
        self.memory.extend_from_slice(&message);
        self.memory.split().freeze()
    }

    /// Adds a message to the write buffer.
    fn write(&mut self, message: Message) -> Result<(), Error> {
        self.unflushed = true;
        Pin::new(&mut self.socket).start_send(message)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        if self.ping_due && Pin::new(&mut self.socket).poll_ready(context)?.is_ready() {
            self.ping_due = false;
            self.write(Message::ping(""))?;
        }
        if self.unflushed && Pin::new(&mut self.socket).poll_flush(context)?.is_ready() {
            self.unflushed = false;
        }
        Ok(())
    }

    fn record(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.send_error = Some(connection_error(&self.target, &error));
        }
    }

    async fn finish(mut self) -> Result<(), Error> {
        self.socket.close().await
    }
}

impl Link for WebSocketLink {
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.send_error.is_some() {
            return Poll::Pending;
        }
        match Pin::new(&mut self.socket).poll_ready(context) {
            Poll::Ready(Err(error)) => {
                self.record(Err(error));
                Poll::Pending
            }
            ready => ready.map(drop),
        }
    }

    fn send(&mut self, _: &'static Method, message: Bytes) {
        let result = self.write(Message::binary(message));
        self.record(result);
    }

    fn ping(&mut self) {
        self.ping_due = true;
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        if self.send_error.is_none() {
            let result = self.poll_flush(context);
            self.record(result);
        }
        loop {
            let error = match Pin::new(&mut self.socket).poll_next(context) {
                Poll::Ready(Some(Ok(message))) if message.is_binary() || message.is_text() => {
                    return Poll::Ready(Incoming::Message(self.detach(message.into_payload().into())));
                }
                Poll::Ready(Some(Ok(message))) => match message.as_close() {
                    Some(close) => {
                        // The response to the server, if it can be sent at once.
                        let _ = Pin::new(&mut self.socket).poll_flush(context);
                        closed(&self.target, Some(close))
                    }
                    None => continue,
                },
                Poll::Ready(Some(Err(error))) => connection_error(&self.target, &error),
                Poll::Ready(None) => closed(&self.target, None),
                Poll::Pending => match self.send_error.take() {
                    Some(error) => error,
                    None => return Poll::Pending,
                },
            };
            return Poll::Ready(Incoming::Disconnected(error));
        }
    }

    fn activity(&self) -> u64 {
        self.socket.get_ref().activity
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {
            // Nothing waits for the connection any more.
            let _ = self.finish().await;
        })
    }
}

/// Converts an error of an open connection.
fn connection_error(target: &str, error: &Error) -> ConnectionError {
    let message = match error {
        Error::AlreadyClosed => return closed(target, None),
        Error::Io(error) => match error.get_ref().and_then(|error| error.downcast_ref::<MessageTooLong>()) {
            Some(error) => format!("{target} sent {error}; `ClientBuilder::max_message_bytes` changes it"),
            None => format!("the connection to {target} broke: {}", cause(error)),
        },
        error => format!("the connection to {target} broke: {error}"),
    };
    ConnectionError::new(message)
}

/// Why the server closed the connection.
fn closed(target: &str, reason: Option<(CloseCode, &str)>) -> ConnectionError {
    ConnectionError::new(match reason {
        None | Some((CloseCode::NO_STATUS_RECEIVED, _)) => format!("{target} closed the connection"),
        Some((code, "")) => format!("{target} closed the connection ({})", u16::from(code)),
        Some((code, reason)) => format!("{target} closed the connection: {} ({})", excerpt(reason), u16::from(code)),
    })
}
