//! A WebSocket: messages in, responses and events out.

use std::future::{pending, ready};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt as _, copy, sink};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_websockets::{CloseCode, Error, Limits, Message, ServerBuilder, WebSocketStream};

use super::AxumAdapter;
use crate::runtime::method::ApiError;
use crate::runtime::server::connection::Connection;
use crate::runtime::server::outbox::Outgoing;

/// How long a client may take to send a message with a valid key.
const KEY_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest message before there was a valid key, in bytes.
const MAX_KEYLESS_BYTES: usize = 16 << 10;

/// How often a client is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long a client may send nothing, which includes the time that a message takes to arrive, and how long it may read
/// nothing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

/// How long the calls in progress, and then the closing of a connection, may take.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The responses that wait to be sent. When the queue is full, no messages are read.
const RESPONSE_QUEUE: usize = 16;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A message to send. A call counts as in progress until its response is sent.
type Response = (Bytes, Option<OwnedSemaphorePermit>);

/// A call in progress. There is no response to a message that is too short for one.
type Call = BoxFuture<'static, Option<Response>>;

/// The reason for closing a connection; nothing if the client has gone.
type Reason = Option<(CloseCode, &'static str)>;

const STOPPING: Reason = Some((CloseCode::GOING_AWAY, "the server is stopping"));
const TOO_SHORT: Reason = Some((CloseCode::PROTOCOL_ERROR, "a message is too short"));

/// Serves a client until it disconnects or the server stops.
pub(super) async fn serve(adapter: AxumAdapter, upgrade: OnUpgrade) {
    let Ok(upgraded) = upgrade.await else { return };
    let limits = |bytes| Limits::default().max_payload_len(Some(bytes));
    let session = Session::new(adapter);
    let max_bytes = session.adapter.max_body_bytes;
    let io = TokioIo::new(upgraded);
    if session.adapter.check.is_none() {
        return session.run(ServerBuilder::new().limits(limits(max_bytes)).serve(io), None).await;
    }
    let mut socket = ServerBuilder::new().limits(limits(MAX_KEYLESS_BYTES.min(max_bytes))).serve(io);
    let first = tokio::select! {
        biased;
        () = session.stopping() => Err(STOPPING),
        first = timeout(KEY_TIMEOUT, session.authenticate(&mut socket)) => {
            first.unwrap_or(Err(Some((CloseCode::POLICY_VIOLATION, "no call was accepted in time"))))
        }
    };
    match first {
        Ok(first) => {
            socket.limits_mut().set_max_payload_len(Some(max_bytes));
            session.run(socket, Some(first)).await;
        }
        Err(reason) => close(socket, reason).await,
    }
}

struct Session {
    adapter: AxumAdapter,
    connection: Connection,
    /// Whether there was a valid key.
    authenticated: watch::Receiver<bool>,
    /// A permit for each concurrent call.
    calls: Arc<Semaphore>,
}

impl Session {
    fn new(adapter: AxumAdapter) -> Self {
        let calls = Arc::new(Semaphore::new(adapter.max_socket_calls.min(Semaphore::MAX_PERMITS)));
        let (accepted, authenticated) = watch::channel(false);
        let mut connection = adapter.router.connect();
        if let Some(check) = adapter.check.clone() {
            connection = connection.check_key(move |key| {
                check(key)?;
                accepted.send_replace(true);
                Ok(())
            });
        }
        Self { adapter, connection, authenticated, calls }
    }

    /// Completes when the server stops.
    async fn stopping(&self) {
        match self.adapter.shutdown.clone() {
            Some(shutdown) => shutdown.await,
            None => pending().await,
        }
    }

    fn call(&self, message: Bytes) -> Call {
        match self.calls.clone().try_acquire_owned().ok().zip(self.adapter.admit_call(message.len())) {
            Some((place, permit)) => {
                let response = self.connection.handle(message);
                Box::pin(async move {
                    let response = response.await?;
                    drop(permit);
                    Some((response, Some(place)))
                })
            }
            None => {
                let rejected = self.connection.reject(&message, &ApiError::new("too_many_requests"));
                Box::pin(ready(rejected.map(|response| (response, None))))
            }
        }
    }

    /// Handles messages until one has a valid key. Returns that call.
    async fn authenticate(&self, socket: &mut Socket) -> Result<Call, Reason> {
        let mut authenticated = self.authenticated.clone();
        loop {
            let Some(message) = received(socket.next().await)? else { continue };
            let mut call = self.call(message);
            let response = tokio::select! {
                biased;
                () = authenticated.wait_for(|is_valid| *is_valid).map(drop) => return Ok(call),
                response = &mut call => response,
            };
            if *self.authenticated.borrow() {
                return Ok(Box::pin(ready(response)));
            }
            let (response, _) = response.ok_or(TOO_SHORT)?;
            socket.send(Message::binary(response)).await.map_err(|_| None)?;
        }
    }

    async fn run(&self, socket: Socket, first: Option<Call>) {
        let (mut sink, stream) = socket.split();
        let (responses, to_send) = channel(RESPONSE_QUEUE);
        let events = self.connection.events();
        let (stream, reason) = {
            let reading = self.read(stream, first, responses);
            let writing = write(&mut sink, to_send, events);
            tokio::pin!(reading, writing);
            let read = tokio::select! {
                read = &mut reading => read,
                () = &mut writing => return,
            };
            // The last responses, and the events before them.
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
        first: Option<Call>,
        responses: Sender<Response>,
    ) -> (SplitStream<Socket>, Reason) {
        let mut calls = FuturesUnordered::from_iter(first);
        let mut idle = Box::pin(sleep_until(idle_deadline()));
        let mut stopping = Box::pin(self.stopping());
        let reason = loop {
            let message = tokio::select! {
                biased;
                () = &mut stopping => break STOPPING,
                Some(response) = calls.next(), if !calls.is_empty() => {
                    let Some(response) = response else { break TOO_SHORT };
                    if responses.send(response).await.is_err() {
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
            while let Some(response) = calls.next().await {
                if let Some(response) = response
                    && responses.send(response).await.is_err()
                {
                    break;
                }
            }
        };
        // A call that is still in progress then gets no response, which the client learns from the end of the connection.
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

/// Sends responses, events and pings until there are no more responses or the client stops reading.
async fn write(sink: &mut SplitSink<Socket, Message>, mut responses: Receiver<Response>, mut events: Outgoing) {
    let mut pings = interval(PING_INTERVAL);
    loop {
        let (message, _place) = tokio::select! {
            response = responses.recv() => match response {
                Some((response, place)) => (Message::binary(response), place),
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
