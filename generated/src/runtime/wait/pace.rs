//! How often to ask.

use std::time::Duration;

use crate::runtime::socket::shortened;

/// Delays that grow up to a limit, each shortened by chance, so that not all who wait ask at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    next: Duration,
    most: Duration,
}

impl Pace {
    pub(super) fn new(first: Duration, most: Duration) -> Self {
        Self { next: first.min(most), most }
    }

    pub(super) fn next(&mut self) -> Duration {
        let delay = self.next;
        let half = delay.checked_div(2).unwrap_or_default();
        self.next = delay.saturating_add(half).min(self.most);
        shortened(delay)
    }
}
