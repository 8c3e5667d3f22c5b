//! One WebSocket: messages in, replies and events out.

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

use super::keys;
use super::serve::Shared;

/// How often a client is asked for a sign of life.
const PING: Duration = Duration::from_secs(20);

/// How long a client may be silent, which includes the time that a message takes to arrive, and how long it may take
/// none of what is sent to it.
const PATIENCE: Duration = Duration::from_secs(300);

/// How long the calls that are going on and the client's goodbye may take when the server stops.
const GOODBYE: Duration = Duration::from_secs(2);

/// The replies that wait for being sent; when there are more, nothing is read.
const WAITING: usize = 16;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// A message to send. A call counts as going on until its reply is sent.
type ServiceResult = (Bytes, Option<OwnedSemaphorePermit>);

/// Serves a client until it goes away, or the server stops.
pub(super) async fn serve(shared: &Arc<Shared>, socket: Socket) {
    let own = shared.clone();
    let connection = shared.router.connect().check_key(move |key| {
        if keys::in_message(&own.local.config.keys, key) { Ok(()) } else { Err(ApiError::new("bad_credentials")) }
    });
    let (mut sink, stream) = socket.split();
    let (replies, to_send) = channel(WAITING);
    let events = connection.events();
    let goodbye = {
        let reading = read(shared, &connection, stream, replies);
        let writing = write(&mut sink, to_send, events);
        tokio::pin!(reading, writing);
        let (stream, reason) = tokio::select! {
            read = &mut reading => read,
            () = &mut writing => return,
        };
        // The last replies, and the events that came before them.
        if timeout(GOODBYE, writing).await.is_err() {
            return;
        }
        reason.map(|reason| (stream, reason))
    };
    if let Some((mut stream, (code, reason))) = goodbye {
        let close = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
        let close = async {
            if sink.send(close).await.is_ok() {
                while let Some(Ok(_)) = stream.next().await {}
            }
        };
        // A client that does not answer is left.
        let _ = timeout(GOODBYE, close).await;
    }
}

/// What a client is told at the end.
type Reason = (CloseCode, &'static str);

/// Reads messages and has them answered. Ends with what the client is to be told, unless it has gone.
async fn read(
    shared: &Shared,
    connection: &Connection,
    mut stream: SplitStream<Socket>,
    replies: Sender<ServiceResult>,
) -> (SplitStream<Socket>, Option<Reason>) {
    let permits = shared.local.config.limits.socket_calls.min(Semaphore::MAX_PERMITS);
    let permits = Arc::new(Semaphore::new(permits));
    let mut calls = FuturesUnordered::new();
    let mut silent = Box::pin(sleep_until(soon()));
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
            () = &mut silent => break (CloseCode::Away, "no sign of life"),
        };
        silent.as_mut().reset(soon());
        let message = match message {
            Some(Ok(Message::Binary(message))) => message,
            Some(Ok(Message::Text(text))) => text.into(),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Err(Error::Capacity(_))) => break (CloseCode::Size, "the message is too long"),
            Some(Ok(Message::Close(_)) | Err(_)) | None => return (stream, None),
        };
        let room = permits.clone().try_acquire_owned().ok().zip(shared.room(message.len()));
        calls.push(async move {
            let Some((permit, _room)) = room else {
                return Some((connection.refuse(&message, &ApiError::new("too_many_requests"))?, None));
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
    // A call that is still going on then gets no reply; the client learns that from the end of the connection.
    let _ = timeout(GOODBYE, rest).await;
    drop(calls);
    (stream, Some(reason))
}

fn soon() -> Instant {
    Instant::now().checked_add(PATIENCE).unwrap_or_else(Instant::now)
}

/// Sends replies, events and pings, until there are no replies any more or the client does not take them.
async fn write(sink: &mut SplitSink<Socket, Message>, mut replies: Receiver<ServiceResult>, mut events: Outgoing) {
    let mut pings = interval(PING);
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
        if !matches!(timeout(PATIENCE, sink.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
    while let Some(Some(event)) = events.next().now_or_never() {
        if sink.send(Message::Binary(event)).await.is_err() {
            return;
        }
    }
}
