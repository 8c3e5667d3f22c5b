//! Settings of a session, and the timers for heartbeats and reconnecting.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::buffer::BufferLimits;
use super::link::Connector;
use crate::runtime::backoff::{Backoff, equal_jitter};
use crate::runtime::transport::credentials::Credentials;
use crate::runtime::wire::JsonLimits;

pub(crate) struct SessionSettings {
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) json_limits: JsonLimits,
    /// The maximum size of a message.
    pub(crate) max_message_bytes: usize,
    /// The maximum number of calls that are queued or in flight.
    pub(crate) max_calls: usize,
    /// The maximum number of bytes of queued calls.
    pub(crate) max_queued_bytes: usize,
    /// How long an unused connection is kept.
    pub(crate) idle_timeout: Duration,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) reconnect: Reconnect,
    /// Limits of each reader's buffer.
    pub(crate) limits: BufferLimits,
    /// The timeout for resubscribing.
    pub(crate) timeout: Duration,
}

/// How often an idle connection is pinged, and how long the response may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    pub(crate) every: Duration,
    pub(crate) timeout: Duration,
}

pub(super) enum HeartbeatEvent {
    PingDue,
    TimedOut,
}

pub(super) struct HeartbeatMonitor {
    heartbeat: Heartbeat,
    timer: Pin<Box<Sleep>>,
    /// The connection's activity when the timer last fired.
    activity: u64,
    pinged: bool,
}

impl HeartbeatMonitor {
    pub(super) fn new(heartbeat: Heartbeat) -> Self {
        Self { heartbeat, timer: Box::pin(sleep(heartbeat.every)), activity: 0, pinged: false }
    }

    pub(super) fn poll(&mut self, activity: u64, context: &mut Context<'_>) -> Poll<HeartbeatEvent> {
        while self.timer.as_mut().poll(context).is_ready() {
            if activity != self.activity {
                self.activity = activity;
                self.pinged = false;
                self.timer.set(sleep(self.heartbeat.every));
            } else if self.pinged {
                return Poll::Ready(HeartbeatEvent::TimedOut);
            } else {
                self.pinged = true;
                self.timer.set(sleep(self.heartbeat.timeout));
                return Poll::Ready(HeartbeatEvent::PingDue);
            }
        }
        Poll::Pending
    }
}

/// How a lost connection is reestablished for subscriptions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reconnect {
    /// The first delay, before jitter.
    pub(crate) first: Duration,
    /// The longest delay, before jitter.
    pub(crate) max: Duration,
    /// How long to try.
    pub(crate) give_up: Duration,
}

/// The longest delay before reconnecting for a call.
const MAX_CALL_DELAY: Duration = Duration::from_secs(1);

/// The delays between attempts to reconnect.
pub(super) struct ReconnectDelays {
    settings: Reconnect,
    /// The backoff, and the time of the first attempt without that of connections; `None` while the connection is healthy.
    current: Option<(Backoff, Instant)>,
    /// When the current connection was established, with all subscriptions.
    connected: Option<Instant>,
}

/// How long to wait before reconnecting.
pub(super) struct ReconnectDelay {
    pub(super) subscriptions: Duration,
    pub(super) calls: Duration,
}

impl ReconnectDelays {
    pub(super) fn new(settings: Reconnect) -> Self {
        Self { settings, current: None, connected: None }
    }

    pub(super) fn connected(&mut self) {
        self.connected = Some(Instant::now());
    }

    /// The delay after a connection was lost or could not be established; `None` after the time for reconnecting. The
    /// first attempt is always made, and at once for calls.
    pub(super) fn next(&mut self) -> Option<ReconnectDelay> {
        let Reconnect { first, max, give_up } = self.settings;
        if let (Some(connected), Some((_, since))) = (self.connected.take(), &mut self.current) {
            let held = connected.elapsed();
            match since.checked_add(held) {
                Some(later) if held < max => *since = later,
                _ => self.current = None,
            }
        }
        match &mut self.current {
            Some((_, since)) if since.elapsed() >= give_up => {
                self.current = None;
                None
            }
            Some((backoff, _)) => {
                let delay = equal_jitter(backoff.next());
                Some(ReconnectDelay { subscriptions: delay, calls: delay.min(MAX_CALL_DELAY) })
            }
            none => {
                let (backoff, _) = none.insert((Backoff::doubling(first, max), Instant::now()));
                Some(ReconnectDelay { subscriptions: equal_jitter(backoff.next()), calls: Duration::ZERO })
            }
        }
    }
}
