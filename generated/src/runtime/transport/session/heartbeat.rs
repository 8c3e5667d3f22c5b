//! Whether the other side is still there.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

/// How often a silent connection is asked for a sign of life, and how long that may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    pub(crate) every: Duration,
    pub(crate) timeout: Duration,
}

/// What is due.
pub(super) enum Beat {
    /// To ask for a sign of life.
    Ask,
    /// To give the connection up.
    Dead,
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

    /// Ready when there is something to do. `signs` is the number of the last sign of life.
    pub(super) fn poll(&mut self, signs: u64, context: &mut Context<'_>) -> Poll<Beat> {
        while self.timer.as_mut().poll(context).is_ready() {
            if signs != self.signs {
                self.signs = signs;
                self.asked = false;
                self.timer.set(sleep(self.heartbeat.every));
            } else if self.asked {
                return Poll::Ready(Beat::Dead);
            } else {
                self.asked = true;
                self.timer.set(sleep(self.heartbeat.timeout));
                return Poll::Ready(Beat::Ask);
            }
        }
        Poll::Pending
    }
}
