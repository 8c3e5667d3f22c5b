//! A WebSocket: messages in, replies and events out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use decthings::runtime::{ApiError, Connection, Outgoing};
use futures_util::stream::{FuturesUnordered, SplitSink, SplitStream};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, interval, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::shared::Shared;

/// How often a client is pinged.
const PING_INTERVAL: Duration = Duration::from_secs(20);

/// How long a client may send nothing, which includes the time that a message takes to arrive, and how long it may read
/// nothing.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

/// How long the calls in progress and the closing handshake may take when the server stops.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The replies that wait to be sent. When the queue is full, no messages are read.
const REPLY_QUEUE: usize = 16;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A message to send. A call counts as in progress until its reply is sent.
type Reply = (Bytes, Option<OwnedSemaphorePermit>);

/// Serves a client until it disconnects or the server stops.
pub(super) async fn serve(shared: &Arc<Shared>, socket: Socket) {
    let own = shared.clone();
    let connection = shared
        .router
        .connect()
        .check_key(move |key| if own.is_valid(key) { Ok(()) } else { Err(ApiError::new("bad_credentials")) });
    let (mut sink, stream) = socket.split();
    let (replies, to_send) = channel(REPLY_QUEUE);
    let events = connection.events();
    let close = {
        let reading = read(shared, &connection, stream, replies);
        let writing = write(&mut sink, to_send, events);
        tokio::pin!(reading, writing);
        let (stream, reason) = tokio::select! {
            read = &mut reading => read,
            () = &mut writing => return,
        };
        // The last replies, and the events before them.
        if timeout(CLOSE_TIMEOUT, writing).await.is_err() {
            return;
        }
        reason.map(|reason| (stream, reason))
    };
    if let Some((mut stream, (code, reason))) = close {
        let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        let close = async {
            if sink.send(frame).await.is_ok() {
                while let Some(Ok(_)) = stream.next().await {}
            }
        };
        // The client may not respond.
        let _ = timeout(CLOSE_TIMEOUT, close).await;
    }
}

/// The reason for closing a connection.
type Reason = (CloseCode, &'static str);

/// Reads messages and handles them. Returns the reason for closing, unless the client has gone.
async fn read(
    shared: &Shared,
    connection: &Connection,
    mut stream: SplitStream<Socket>,
    replies: Sender<Reply>,
) -> (SplitStream<Socket>, Option<Reason>) {
    let permits = shared.limits().socket_calls.min(Semaphore::MAX_PERMITS);
    let permits = Arc::new(Semaphore::new(permits));
    let mut calls = FuturesUnordered::new();
    let mut idle = Box::pin(sleep_until(idle_deadline()));
    let reason = loop {
        let message = tokio::select! {
            biased;
            () = shared.stopping.wait() => break (CloseCode::Away, "the server is stopping"),
            Some(reply) = calls.next(), if !calls.is_empty() => {
                let Some(reply) = reply else { break (CloseCode::Protocol, "a message is too short") };
                if replies.send(reply).await.is_err() {
                    return (stream, None);
                }
                continue;
            }
            message = stream.next() => message,
            () = &mut idle => break (CloseCode::Away, "idle for too long"),
        };
        idle.as_mut().reset(idle_deadline());
        let message = match message {
            Some(Ok(Message::Binary(message))) => message,
            Some(Ok(Message::Text(text))) => text.into(),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Err(Error::Capacity(_))) => break (CloseCode::Size, "the message is too long"),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return (stream, None),
        };
        let admitted = permits.clone().try_acquire_owned().ok().zip(shared.admit(message.len()));
        calls.push(async move {
            let Some((permit, _permits)) = admitted else {
                return Some((connection.reject(&message, &ApiError::new("too_many_requests"))?, None));
            };
            Some((connection.handle(message).await?, Some(permit)))
        });
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
    (stream, Some(reason))
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
                Some((reply, permit)) => (Message::Binary(reply), permit),
                None => break,
            },
            event = events.next() => match event {
                Some(event) => (Message::Binary(event), None),
                None => return,
            },
            _ = pings.tick() => (Message::Ping(Bytes::new()), None),
        };
        if !matches!(timeout(IDLE_TIMEOUT, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    while let Some(Some(event)) = events.next().now_or_never() {
        if sink.send(Message::Binary(event)).await.is_err() {
            return;
        }
    }
}
