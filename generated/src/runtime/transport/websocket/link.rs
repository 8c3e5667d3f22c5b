//! An open WebSocket.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::future::BoxFuture;
use futures_util::{Sink as _, SinkExt as _, Stream as _, StreamExt as _};
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
    to_send: VecDeque<Message>,
    unflushed: bool,
    /// The error of sending. Received messages may still be readable.
    send_error: Option<ConnectionError>,
    /// Memory for small messages.
    memory: BytesMut,
}

impl WebSocketLink {
    pub(super) fn new(socket: WebSocketStream<Stream>, target: &str) -> Self {
        let (target, to_send, memory) = (target.to_owned(), VecDeque::new(), BytesMut::new());
        Self { socket, target, to_send, unflushed: false, send_error: None, memory }
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

    fn poll_write(&mut self, context: &mut Context<'_>) -> Result<(), Error> {
        while !self.to_send.is_empty() {
            if Pin::new(&mut self.socket).poll_ready(context)?.is_pending() {
                return Ok(());
            }
            if let Some(message) = self.to_send.pop_front() {
                Pin::new(&mut self.socket).start_send(message)?;
                self.unflushed = true;
            }
        }
        if self.unflushed && Pin::new(&mut self.socket).poll_flush(context)?.is_ready() {
            self.unflushed = false;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<(), Error> {
        for message in std::mem::take(&mut self.to_send) {
            self.socket.feed(message).await?;
        }
        self.socket.close(None).await?;
        while let Some(Ok(_)) = self.socket.next().await {}
        Ok(())
    }
}

impl Link for WebSocketLink {
    fn send(&mut self, message: Bytes) {
        self.to_send.push_back(Message::Binary(message));
    }

    fn ping(&mut self) {
        self.to_send.push_back(Message::Ping(Bytes::new()));
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        if self.send_error.is_none() {
            let result = self.poll_write(context);
            self.send_error = result.err().map(|error| connection_error(&self.target, &error));
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
