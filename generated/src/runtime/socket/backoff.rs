//! When to connect again.

use std::time::{Duration, Instant};

use crate::runtime::retry::up_to;

/// How a lost connection is made again for the sake of subscriptions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reconnect {
    /// The first delay, about.
    pub(crate) first: Duration,
    /// The longest one.
    pub(crate) most: Duration,
    /// How long it is tried.
    pub(crate) give_up: Duration,
}

/// Delays that double, each shortened by chance, so that not all clients of a server come back at once.
#[derive(Debug)]
pub(super) struct Backoff {
    reconnect: Reconnect,
    attempts: u32,
    since: Option<Instant>,
}

impl Backoff {
    pub(super) fn new(reconnect: Reconnect) -> Self {
        Self { reconnect, attempts: 0, since: None }
    }

    /// The connection is good.
    pub(super) fn reset(&mut self) {
        self.attempts = 0;
        self.since = None;
    }

    /// How long to wait; `None` if it is time to give up.
    pub(super) fn next(&mut self) -> Option<Duration> {
        let since = *self.since.get_or_insert_with(Instant::now);
        if self.attempts > 0 && since.elapsed() >= self.reconnect.give_up {
            return None;
        }
        let delay = self.reconnect.first.saturating_mul(2_u32.saturating_pow(self.attempts));
        self.attempts = self.attempts.saturating_add(1);
        Some(shortened(delay.min(self.reconnect.most)))
    }
}

/// Between half of it and all.
fn shortened(delay: Duration) -> Duration {
    let half = delay.checked_div(2).unwrap_or_default();
    half.saturating_add(up_to(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_limit_and_differ() {
        let (first, most) = (Duration::from_millis(100), Duration::from_secs(2));
        let reconnect = Reconnect { first, most, give_up: Duration::from_secs(60) };
        let mut backoff = Backoff::new(reconnect);
        let delays: Vec<Duration> = (0..40).map(|_| backoff.next().unwrap()).collect();
        for (attempt, delay) in delays.iter().enumerate() {
            let whole = first.saturating_mul(1 << attempt.min(20)).min(most);
            assert!(*delay >= whole / 2 && *delay <= whole, "{attempt}: {delay:?}");
        }
        assert_ne!(delays[10..20], delays[20..30]);
        backoff.reset();
        assert!(backoff.next().unwrap() <= first);
    }

    #[test]
    fn it_gives_up_but_not_before_the_first_attempt() {
        let none = Duration::ZERO;
        let mut backoff = Backoff::new(Reconnect { first: none, most: none, give_up: none });
        assert_eq!(backoff.next(), Some(none));
        assert_eq!(backoff.next(), None);
    }
}
