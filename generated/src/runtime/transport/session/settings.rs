//! What a session is made with, and when it connects again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::buffer::BufferLimits;
use super::heartbeat::Heartbeat;
use super::link::Connector;
use crate::runtime::backoff::{Backoff, equal_jitter};
use crate::runtime::method::Channel;
use crate::runtime::transport::credentials::Credentials;

/// What connections are made with.
#[derive(Debug)]
pub(crate) struct SessionSettings {
    pub(crate) connector: Arc<dyn Connector>,
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
pub(super) enum Effect {
    Nothing,
    /// Events begin that nobody wants.
    Unwanted,
    Opens(Opens),
    /// The subscription to the id ends.
    Closes(String),
}

/// What a call subscribes to.
#[derive(Clone, Debug)]
pub(super) struct Opens {
    pub(super) channel: &'static Channel,
    /// The id, if it is known before the response.
    pub(super) id: Option<String>,
}

/// How a lost connection is made again for the sake of subscriptions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reconnect {
    /// The first delay, before jitter.
    pub(crate) first: Duration,
    /// The longest one.
    pub(crate) max: Duration,
    /// How long it is tried.
    pub(crate) give_up: Duration,
}

/// The attempts to connect since the connection was lost.
#[derive(Debug)]
pub(super) struct Reconnecting {
    settings: Reconnect,
    /// The delays, and since when it is tried; nothing while the connection is good.
    since: Option<(Backoff, Instant)>,
}

impl Reconnecting {
    pub(super) fn new(settings: Reconnect) -> Self {
        Self { settings, since: None }
    }

    /// The connection is good.
    pub(super) fn reset(&mut self) {
        self.since = None;
    }

    /// How long to wait; `None` if it is time to give up, which is never before the first attempt.
    pub(super) fn next(&mut self) -> Option<Duration> {
        let Reconnect { first, max, give_up } = self.settings;
        let delay = match &mut self.since {
            Some((_, since)) if since.elapsed() >= give_up => return None,
            Some((backoff, _)) => backoff.next(),
            none => none.insert((Backoff::doubling(first, max), Instant::now())).0.next(),
        };
        Some(equal_jitter(delay))
    }
}
