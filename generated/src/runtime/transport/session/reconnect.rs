//! When to connect again.

use std::time::{Duration, Instant};

use crate::runtime::backoff::{Backoff, equal_jitter};

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
