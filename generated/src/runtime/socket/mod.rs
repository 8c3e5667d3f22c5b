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

use bytes::Bytes;
use tokio::sync::oneshot;

use super::credentials::Credentials;
use super::error::Failure;
use super::events::Limits;
use super::text::count;
use super::wire;
use super::{Blob, Channel, IdSource, Method, RequestFrame};
use shared::{Call, Shared};

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
    pub(crate) limits: Limits,
    /// How long subscribing again may take.
    pub(crate) timeout: Duration,
}

/// The answer to a call, and the subscription that it made.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) answer: Bytes,
    /// Blobs that were taken off the answer while it arrived.
    pub(crate) files: Vec<Blob>,
    pub(crate) lease: Option<Lease>,
}

impl Answered {
    /// The number of bytes.
    pub(crate) fn len(&self) -> u64 {
        let head = u64::try_from(self.answer.len()).unwrap_or(u64::MAX);
        self.files.iter().fold(head, |sum, file| sum.saturating_add(file.size()))
    }
}

/// What a successful call does besides being answered.
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
    source: IdSource,
    /// The id, if it is known before the answer.
    id: Option<String>,
}

/// The way to the connection. Dropping it closes the connection.
pub(crate) struct Socket(Option<Arc<Shared>>);

impl Socket {
    /// A connection that is made in this way; none can be made without one.
    pub(crate) fn new(settings: Option<Settings>) -> Self {
        Self(settings.map(|settings| Arc::new(Shared::new(settings))))
    }

    /// Makes a call.
    ///
    /// With a code to refuse it with, it is made only on a connection that is open.
    pub(crate) async fn call(
        &self,
        method: &'static Method,
        frame: RequestFrame,
        refusal: Option<&'static str>,
    ) -> Result<Answered, Failure> {
        let closes = method.closes.and_then(|param| wire::text_param(&frame, param));
        let effect = match closes {
            Some(id) => Effect::Closes(id),
            None if method.opens.is_some() => Effect::Unwanted,
            None => Effect::Nothing,
        };
        self.make(method, frame, refusal, effect).await
    }

    /// Makes a call that subscribes.
    pub(crate) async fn open(
        &self,
        method: &'static Method,
        frame: RequestFrame,
        channel: &'static Channel,
        source: IdSource,
    ) -> Result<Answered, Failure> {
        let id = match source {
            IdSource::Params(name) => wire::text_param(&frame, name),
            IdSource::Result(_) => None,
        };
        self.make(method, frame, None, Effect::Opens(Opens { channel, source, id })).await
    }

    async fn make(
        &self,
        method: &'static Method,
        frame: RequestFrame,
        refusal: Option<&'static str>,
        effect: Effect,
    ) -> Result<Answered, Failure> {
        let Some(shared) = &self.0 else {
            let reason = "it travels on the WebSocket, for which the cargo feature `ws` is off";
            return Err(Failure::invalid("", reason));
        };
        let Settings { credentials, most_bytes, .. } = &shared.settings;
        let key = credentials.key().await?;
        let message = wire::request_message(&wire::socket_request(method, frame, key.as_ref())?);
        if message.len() > *most_bytes {
            let reason = format!(
                "the message has {}, and may have {most_bytes}; `ClientBuilder::max_message_bytes` allows for more",
                count(message.len(), "byte")
            );
            return Err(Failure::invalid("", reason));
        }
        let gone = || Lost::new("the connection's task has ended").failure(false);
        let permit = shared.room().await.map_err(|_| gone())?;
        let (reply, answer) = oneshot::channel();
        let mut caller = Caller { shared, key: shared.new_key(), waits: true };
        shared.enqueue(Call { key: caller.key, method, message, effect, refusal, reply, permit });
        let answer = answer.await;
        caller.waits = false;
        answer.unwrap_or_else(|_| Err(gone()))
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

#[cfg(test)]
mod tests {
    use super::*;

    static METHOD: Method = Method::new("S", "m");

    #[test]
    fn without_a_way_to_connect_the_caller_learns_what_is_missing() {
        let frame = RequestFrame { json: Bytes::from_static(b"{}"), blobs: Vec::new() };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let failure = runtime.block_on(Socket::new(None).call(&METHOD, frame, None)).unwrap_err();
        let error: crate::Error = failure.at(&METHOD);
        assert!(matches!(error, crate::Error::Invalid { .. }), "{error:?}");
        assert!(error.to_string().contains("cargo feature `ws`"), "{error}");
    }
}
