//! The calls of a client on its session.

use std::fmt;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::link::ConnectionError;
use super::settings::{Effect, Opens, SessionSettings};
use super::shared::{QueuedCall, Shared};
use super::task::Task;
use crate::runtime::error::Failure;
use crate::runtime::method::{Channel, Method, TransportKind};
use crate::runtime::text::count;
use crate::runtime::transport::received::{Received, Slot};
use crate::runtime::wire;
use crate::runtime::wire::RequestFrame;

/// A call to be made on the session.
pub(crate) struct SessionCall<'a> {
    pub(crate) method: &'static Method,
    pub(crate) frame: &'a RequestFrame,
    /// The id in its parameters that it subscribes to, or whose subscription it ends.
    pub(crate) subscription_id: Option<&'a str>,
    /// The events that it is made for, if its caller wants them.
    pub(crate) subscribes: Option<&'static Channel>,
    /// Where its response is read into.
    pub(crate) slot: &'a Arc<dyn Slot>,
}

/// A client's session with the service. Dropping it closes the connection.
pub(crate) struct Session(Option<Arc<Shared>>);

impl Session {
    /// A connection that is made in this way; none can be made without one.
    pub(crate) fn new(settings: Option<SessionSettings>) -> Self {
        Self(settings.map(|settings| Arc::new(Shared::new(settings))))
    }

    /// Makes a call. One that needs an open connection is refused without one.
    pub(crate) async fn call(&self, call: SessionCall<'_>) -> Result<Received, Failure> {
        let Some(shared) = &self.0 else {
            let reason = "it travels on the WebSocket, for which the cargo feature `ws` is off";
            return Err(Failure::invalid("", reason));
        };
        let method = call.method;
        let effect = match (call.subscribes, call.subscription_id) {
            (Some(channel), id) => Effect::Opens(Opens { channel, id: id.map(str::to_owned) }),
            (None, Some(id)) if method.closes.is_some() => Effect::Closes(id.to_owned()),
            _ if method.opens.is_some() => Effect::Unwanted,
            _ => Effect::Nothing,
        };
        let refusal = match method.transport {
            TransportKind::OpenWebSocketElse { error } => Some(error),
            _ => None,
        };
        let SessionSettings { credentials, most_bytes, .. } = &shared.settings;
        let key = credentials.key().await?;
        let message = wire::request_message(&wire::socket_request(method, call.frame.clone(), key.as_ref()));
        if message.len() > *most_bytes {
            let reason = format!(
                "the message has {}, and may have {most_bytes}; `ClientBuilder::max_message_bytes` allows for more",
                count(message.len(), "byte")
            );
            return Err(Failure::invalid("", reason));
        }
        let gone = || ConnectionError::new("the connection's task has ended").failure(false);
        let permit = shared.room().await.map_err(|_| gone())?;
        let (reply, response) = oneshot::channel();
        let mut caller = Caller { shared, key: shared.new_key(), waits: true };
        let slot = call.slot.clone();
        let call = QueuedCall { key: caller.key, method, message, effect, refusal, slot, reply, permit };
        if shared.enqueue(call) {
            tokio::spawn(Task::new(shared.clone()).run());
        }
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

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.close();
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.0.as_ref().map(|shared| &shared.settings.connector)).finish()
    }
}
