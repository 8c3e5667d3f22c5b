//! A WebSocket: messages in, replies and events out.

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use decthings::runtime::{ApiError, Connection, Outgoing};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt as _, copy, sink};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_websockets::{CloseCode, Error, Limits, Message, ServerBuilder, WebSocketStream};

use super::connections;
use super::shared::{CLOSE_TIMEOUT, Shared};
use crate::jobs::signal::Once;

/// How long a client may take to send a message with a valid key.
const KEY_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest message before there was a valid key, in bytes.
const MAX_KEYLESS_BYTES: usize = 16 << 10;

/// How often a client is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long a client may send nothing, which includes the time that a message takes to arrive, and how long it may read
/// nothing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

/// The replies that wait to be sent. When the queue is full, no messages are read.
const REPLY_QUEUE: usize = 16;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A message to send. A call counts as in progress until its reply is sent.
type Reply = (Bytes, Option<OwnedSemaphorePermit>);

/// A call in progress. There is no reply to a message that is too short for one.
type Call<'a> = BoxFuture<'a, Option<Reply>>;

/// The reason for closing a connection; nothing if the client has gone.
type Reason = Option<(CloseCode, &'static str)>;

const STOPPING: Reason = Some((CloseCode::GOING_AWAY, "the server is stopping"));
const TOO_SHORT: Reason = Some((CloseCode::PROTOCOL_ERROR, "a message is too short"));

/// Serves a client until it disconnects or the server stops.
pub(super) async fn serve(shared: &Arc<Shared>, connection: &Arc<connections::Connection>, io: TokioIo<Upgraded>) {
    let keyless = Limits::default().max_payload_len(Some(MAX_KEYLESS_BYTES));
    let mut socket = ServerBuilder::new().limits(keyless).serve(io);
    let session = Session::new(shared);
    let first = tokio::select! {
        biased;
        () = shared.stopping.wait() => Err(STOPPING),
        first = timeout(KEY_TIMEOUT, session.authenticate(&mut socket)) => {
            first.unwrap_or(Err(Some((CloseCode::POLICY_VIOLATION, "no call was accepted in time"))))
        }
    };
    match first {
        Ok(first) => {
            let _active = connection.activate();
            socket.limits_mut().set_max_payload_len(Some(shared.limits().body_bytes));
            session.run(socket, first).await;
        }
        Err(reason) => close(socket, reason).await,
    }
}

struct Session<'a> {
    shared: &'a Arc<Shared>,
    connection: Connection,
    /// The place among the WebSockets that the first valid key takes.
    place: Once<Arc<OwnedSemaphorePermit>>,
    /// A permit for each concurrent call.
    calls: Arc<Semaphore>,
}

impl<'a> Session<'a> {
    fn new(shared: &'a Arc<Shared>) -> Self {
        let (own, place) = (shared.clone(), Once::new());
        let calls = Arc::new(Semaphore::new(shared.limits().socket_calls.min(Semaphore::MAX_PERMITS)));
        let taken = place.clone();
        let connection = shared.router.connect().check_key(move |key| {
            if !own.is_valid(key) {
                return Err(ApiError::new("bad_credentials"));
            }
            if !taken.is_set() {
                let place = own.sockets.clone().try_acquire_owned();
                taken.set(Arc::new(place.map_err(|_| ApiError::new("too_many_requests"))?));
            }
            Ok(())
        });
        Self { shared, connection, place, calls }
    }

    fn call(&self, message: Bytes) -> Call<'a> {
        match self.calls.clone().try_acquire_owned().ok().zip(self.shared.admit(message.len())) {
            Some((permit, permits)) => {
                let response = self.connection.handle(message);
                Box::pin(async move {
                    let response = response.await?;
                    drop(permits);
                    Some((response, Some(permit)))
                })
            }
            None => {
                let rejected = self.connection.reject(&message, &ApiError::new("too_many_requests"));
                Box::pin(ready(rejected.map(|response| (response, None))))
            }
        }
    }

    /// Handles messages until one has a valid key. Returns that call.
    async fn authenticate(&self, socket: &mut Socket) -> Result<Call<'a>, Reason> {
        loop {
            let Some(message) = received(socket.next().await)? else { continue };
            let mut call = self.call(message);
            let reply = tokio::select! {
                biased;
                _ = self.place.wait() => return Ok(call),
                reply = &mut call => reply,
            };
            if self.place.is_set() {
                return Ok(Box::pin(ready(reply)));
            }
            let (reply, _) = reply.ok_or(TOO_SHORT)?;
            socket.send(Message::binary(reply)).await.map_err(|_| None)?;
        }
    }

    async fn run(&self, socket: Socket, first: Call<'a>) {
        let (mut sink, stream) = socket.split();
        let (replies, to_send) = channel(REPLY_QUEUE);
        let events = self.connection.events();
        let (stream, reason) = {
            let reading = self.read(stream, first, replies);
            let writing = write(&mut sink, to_send, events);
            tokio::pin!(reading, writing);
            let read = tokio::select! {
                read = &mut reading => read,
                () = &mut writing => return,
            };
            // The last replies, and the events before them.
            if timeout(CLOSE_TIMEOUT, writing).await.is_err() {
                return;
            }
            read
        };
        if let Ok(socket) = stream.reunite(sink) {
            close(socket, reason).await;
        }
    }

    /// Reads messages and handles them, until there is a reason for closing.
    async fn read(
        &self,
        mut stream: SplitStream<Socket>,
        first: Call<'a>,
        replies: Sender<Reply>,
    ) -> (SplitStream<Socket>, Reason) {
        let mut calls = FuturesUnordered::from_iter([first]);
        let mut idle = Box::pin(sleep_until(idle_deadline()));
        let reason = loop {
            let message = tokio::select! {
                biased;
                () = self.shared.stopping.wait() => break STOPPING,
                Some(reply) = calls.next(), if !calls.is_empty() => {
                    let Some(reply) = reply else { break TOO_SHORT };
                    if replies.send(reply).await.is_err() {
                        return (stream, None);
                    }
                    continue;
                }
                message = stream.next() => message,
                () = &mut idle => break Some((CloseCode::GOING_AWAY, "idle for too long")),
            };
            idle.as_mut().reset(idle_deadline());
            match received(message) {
                Ok(Some(message)) => calls.push(self.call(message)),
                Ok(None) => {}
                Err(None) => return (stream, None),
                Err(reason) => break reason,
            }
        };
        let rest = async {
            while let Some(reply) = calls.next().await {
                if let Some(reply) = reply
                    && replies.send(reply).await.is_err()
                {
                    break;
                }
            }
        };
        // A call that is still in progress then gets no reply, which the client learns from the end of the connection.
        let _ = timeout(CLOSE_TIMEOUT, rest).await;
        drop(calls);
        (stream, reason)
    }
}

/// The bytes of a message for the services, or the reason for closing the connection.
fn received(message: Option<Result<Message, Error>>) -> Result<Option<Bytes>, Reason> {
    match message {
        Some(Ok(message)) if message.is_binary() || message.is_text() => Ok(Some(message.into_payload().into())),
        Some(Ok(message)) if message.is_ping() || message.is_pong() => Ok(None),
        Some(Err(Error::PayloadTooLong { .. })) => Err(Some((CloseCode::MESSAGE_TOO_BIG, "the message is too long"))),
        Some(Err(Error::Protocol(_))) => Err(Some((CloseCode::PROTOCOL_ERROR, "a frame is malformed"))),
        Some(_) | None => Err(None),
    }
}

/// Closes a connection.
async fn close(mut socket: Socket, reason: Reason) {
    let Some((code, reason)) = reason else { return };
    let close = async {
        // The library sends its own reason if it has found an error.
        let _ = socket.send(Message::close(Some(code), reason)).await;
        while let Some(Ok(_)) = socket.next().await {}
        // What has not been read would make the system break the connection, before the client has read the reason.
        let mut io = socket.into_inner();
        let _ = io.shutdown().await;
        let _ = copy(&mut io, &mut sink()).await;
    };
    // The client may not respond.
    let _ = timeout(CLOSE_TIMEOUT, close).await;
}

fn idle_deadline() -> Instant {
    Instant::now().checked_add(IDLE_TIMEOUT).unwrap_or_else(Instant::now)
}

/// Sends replies, events and pings until there are no more replies or the client stops reading.
async fn write(sink: &mut SplitSink<Socket, Message>, mut replies: Receiver<Reply>, mut events: Outgoing) {
    let mut pings = interval(PING_INTERVAL);
    loop {
        let (message, _permit) = tokio::select! {
            reply = replies.recv() => match reply {
                Some((reply, permit)) => (Message::binary(reply), permit),
                None => break,
            },
            event = events.next() => match event {
                Some(event) => (Message::binary(event), None),
                None => return,
            },
            _ = pings.tick() => (Message::ping(Bytes::new()), None),
        };
        if !matches!(timeout(IDLE_TIMEOUT, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    while let Some(Some(event)) = events.next().now_or_never() {
        if sink.send(Message::binary(event)).await.is_err() {
            return;
        }
    }
}
