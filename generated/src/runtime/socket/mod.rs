//! The connection that answers come on in any order, and events: one at a time, made when it is needed, and closed
//! when nothing uses it.

mod answers;
mod backoff;
mod heartbeat;
mod lease;
mod link;
#[cfg(feature = "server")]
mod local;
mod orphans;
mod pending;
mod readers;
mod serving;
mod shared;
mod task;

pub(crate) use heartbeat::Heartbeat;
pub(crate) use lease::Lease;
pub(crate) use link::{Dial, Incoming, Link, Lost};
#[cfg(feature = "server")]
pub(crate) use local::LocalDial;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::credentials::Credentials;
use super::error::Failure;
use super::events::BufferLimits;
use super::exchange::{Received, UntypedCall};
use super::text::count;
use super::wire;
use super::{Channel, TransportKind};
use shared::{QueuedCall, Shared};

pub(crate) use backoff::{Reconnect, shortened};

/// What connections are made with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) dial: Box<dyn Dial>,
    pub(crate) credentials: Arc<Credentials>,
    /// The most bytes of a message.
    pub(crate) json_depth: usize,
    pub(crate) most_bytes: usize,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) reconnect: Reconnect,
    /// How much waits for a reader.
    pub(crate) limits: BufferLimits,
    /// How long subscribing again may take.
    pub(crate) timeout: Duration,
}

/// What a successful call does besides having a response.
#[derive(Clone, Debug)]
enum Effect {
    Nothing,
    /// Events begin that nobody wants.
    Unwanted,
    Opens(Opens),
    /// The subscription to the id ends.
    Closes(String),
}

/// What a call subscribes to.
#[derive(Clone, Debug)]
struct Opens {
    channel: &'static Channel,
    /// The id, if it is known before the response.
    id: Option<String>,
}

/// The way to the connection. Dropping it closes the connection.
pub(crate) struct Socket(Option<Arc<Shared>>);

impl Socket {
    /// A connection that is made in this way; none can be made without one.
    pub(crate) fn new(settings: Option<Settings>) -> Self {
        Self(settings.map(|settings| Arc::new(Shared::new(settings))))
    }

    /// Makes a call. One that needs an open connection is refused without one.
    pub(crate) async fn call(&self, call: &UntypedCall) -> Result<Received, Failure> {
        let Some(shared) = &self.0 else {
            let reason = "it travels on the WebSocket, for which the cargo feature `ws` is off";
            return Err(Failure::invalid("", reason));
        };
        let method = call.method;
        let effect = match (call.subscribes, &call.subscription_id) {
            (Some(channel), id) => Effect::Opens(Opens { channel, id: id.clone() }),
            (None, Some(id)) if method.closes.is_some() => Effect::Closes(id.clone()),
            _ if method.opens.is_some() => Effect::Unwanted,
            _ => Effect::Nothing,
        };
        let refusal = match method.transport {
            TransportKind::OpenWebSocketElse { error } => Some(error),
            _ => None,
        };
        let Settings { credentials, most_bytes, .. } = &shared.settings;
        let key = credentials.key().await?;
        let message = wire::request_message(&wire::socket_request(method, call.frame.clone(), key.as_ref()));
        if message.len() > *most_bytes {
            let reason = format!(
                "the message has {}, and may have {most_bytes}; `ClientBuilder::max_message_bytes` allows for more",
                count(message.len(), "byte")
            );
            return Err(Failure::invalid("", reason));
        }
        let gone = || Lost::new("the connection's task has ended").failure(false);
        let permit = shared.room().await.map_err(|_| gone())?;
        let (reply, response) = oneshot::channel();
        let mut caller = Caller { shared, key: shared.new_key(), waits: true };
        let slot = call.slot.clone();
        shared.enqueue(QueuedCall { key: caller.key, method, message, effect, refusal, slot, reply, permit });
        let response = response.await;
        caller.waits = false;
        response.unwrap_or_else(|_| Err(gone()))
    }
}

/// Someone who waits for an answer, or has given up.
struct Caller<'a> {
    shared: &'a Shared,
    key: u64,
    waits: bool,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        if self.waits {
            self.shared.cancel(self.key);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.close();
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Socket").field(&self.0.as_ref().map(|shared| &shared.settings.dial)).finish()
    }
}
