//! A WebSocket at work.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_core::future::BoxFuture;
use futures_util::{Sink as _, SinkExt as _, Stream as _, StreamExt as _};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::failure::{broken, closed};
use super::stream::Stream;
use crate::runtime::transport::session::link::{ConnectionError, Incoming, Link};

/// The largest message that is copied.
const SMALL: usize = 4 << 10;
/// How much memory is taken for small messages at a time.
const CHUNK: usize = 16 << 10;

/// A WebSocket at work.
pub(super) struct WebSocketLink {
    socket: WebSocketStream<Stream>,
    target: String,
    to_send: VecDeque<Message>,
    unflushed: bool,
    /// Why nothing can be sent any more. There may be something to read yet.
    broken: Option<ConnectionError>,
    /// Room for the next small messages.
    memory: BytesMut,
}

impl WebSocketLink {
    pub(super) fn new(socket: WebSocketStream<Stream>, target: &str) -> Self {
        let (target, to_send, memory) = (target.to_owned(), VecDeque::new(), BytesMut::new());
        Self { socket, target, to_send, unflushed: false, broken: None, memory }
    }

    /// The message in memory of its own, if it is small.
    ///
    /// Messages share the memory that the socket reads into. One that waits for its reader would keep all of it, and the
    /// socket would go on with a few bytes at a time.
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
        if self.broken.is_none() {
            if let Err(error) = self.poll_write(context) {
                self.broken = Some(broken(&self.target, &error));
            }
        }
        loop {
            let lost = match Pin::new(&mut self.socket).poll_next(context) {
                Poll::Ready(Some(Ok(Message::Binary(message)))) => {
                    return Poll::Ready(Incoming::Message(self.detach(message)));
                }
                Poll::Ready(Some(Ok(Message::Text(text)))) => return Poll::Ready(Incoming::Message(text.into())),
                Poll::Ready(Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)))) => continue,
                Poll::Ready(Some(Ok(Message::Close(frame)))) => closed(&self.target, frame.as_ref()),
                Poll::Ready(Some(Err(error))) => broken(&self.target, &error),
                Poll::Ready(None) => closed(&self.target, None),
                Poll::Pending => match self.broken.take() {
                    Some(lost) => lost,
                    None => return Poll::Pending,
                },
            };
            return Poll::Ready(Incoming::Disconnected(lost));
        }
    }

    fn signs(&self) -> u64 {
        self.socket.get_ref().signs()
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {
            // What is lost now is of no interest to anyone.
            let _ = self.finish().await;
        })
    }
}
