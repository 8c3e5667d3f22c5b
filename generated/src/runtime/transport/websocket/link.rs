//! An open WebSocket.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::future::BoxFuture;
use futures_util::{Sink as _, Stream as _, StreamExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::failure::{closed, connection_error};
use super::stream::Stream;
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
    pub(super) fn new(socket: WebSocketStream<Stream>, target: &str) -> Self {
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
            self.write(Message::Ping(Bytes::new()))?;
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
        self.socket.close(None).await?;
        while let Some(Ok(_)) = self.socket.next().await {}
        Ok(())
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

    fn send(&mut self, message: Bytes) {
        let result = self.write(Message::Binary(message));
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
                Poll::Ready(Some(Ok(Message::Binary(message)))) => {
                    return Poll::Ready(Incoming::Message(self.detach(message)));
                }
                Poll::Ready(Some(Ok(Message::Text(text)))) => return Poll::Ready(Incoming::Message(text.into())),
                Poll::Ready(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)))) => continue,
                Poll::Ready(Some(Ok(Message::Close(frame)))) => closed(&self.target, frame.as_ref()),
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
