//! Whether the other side is still there.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::Link;

/// How often a silent connection is asked for a sign of life, and how long that may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    pub(crate) every: Duration,
    pub(crate) timeout: Duration,
}

/// Watches a connection.
#[derive(Debug)]
pub(super) struct Pulse {
    heartbeat: Heartbeat,
    timer: Pin<Box<Sleep>>,
    signs: u64,
    asked: bool,
}

impl Pulse {
    pub(super) fn new(heartbeat: Heartbeat) -> Self {
        Self { heartbeat, timer: Box::pin(sleep(heartbeat.every)), signs: 0, asked: false }
    }

    /// Ready when the other side gives no sign of life.
    pub(super) fn poll(&mut self, link: &mut dyn Link, context: &mut Context<'_>) -> Poll<()> {
        while self.timer.as_mut().poll(context).is_ready() {
            let signs = link.signs();
            if signs != self.signs {
                self.signs = signs;
                self.asked = false;
                self.timer.set(sleep(self.heartbeat.every));
            } else if self.asked {
                return Poll::Ready(());
            } else {
                self.asked = true;
                link.ping();
                self.timer.set(sleep(self.heartbeat.timeout));
            }
        }
        Poll::Pending
    }
}
