//! How often a call is tried, and how long is waited between.

use std::time::Duration;

use super::up_to;

/// How often a call is tried, and how long is waited between.
///
/// A method that is safe to repeat is tried again when the connection breaks, an attempt takes too long, or the server
/// answers that it may work later (HTTP 408, 429, 5xx; error codes such as `too_many_requests`). Any other method is
/// tried again only when its request provably did not reach the server, so nothing is ever started twice.
///
/// ```
/// # use std::time::Duration;
/// # use decthings::{Client, RetryPolicy};
/// let policy = RetryPolicy::new().max_attempts(5).delays(Duration::from_millis(50), Duration::from_secs(2));
/// let client = Client::builder().retry(policy).build()?;
/// # Ok::<(), decthings::BuildError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The most attempts, the first one included.
    pub max_attempts: u32,
    /// The longest time before the second attempt; it doubles with every further one.
    pub first_delay: Duration,
    /// The longest time before any attempt, if the server does not ask for more.
    pub max_delay: Duration,
}

impl RetryPolicy {
    /// Three attempts; up to 200 ms before the second, and never more than 10 s before any.
    pub const fn new() -> Self {
        Self { max_attempts: 3, first_delay: Duration::from_millis(200), max_delay: Duration::from_secs(10) }
    }

    /// One attempt.
    pub const fn off() -> Self {
        Self::new().max_attempts(1)
    }

    /// The most attempts, the first one included; zero is as good as one.
    pub const fn max_attempts(self, attempts: u32) -> Self {
        Self { max_attempts: attempts, ..self }
    }

    /// The longest time before the second attempt, which doubles with every further one, and the longest time before
    /// any. Each time is a random part of it.
    pub const fn delays(self, first: Duration, most: Duration) -> Self {
        Self { first_delay: first, max_delay: most, ..self }
    }

    /// How long to wait after so many attempts.
    pub(crate) fn delay(&self, attempts: u32) -> Duration {
        let doubled = self.first_delay.saturating_mul(2_u32.saturating_pow(attempts.saturating_sub(1)));
        up_to(doubled.min(self.max_delay))
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_a_limit() {
        let (first, most) = (Duration::from_millis(100), Duration::from_secs(2));
        let policy = RetryPolicy::new().delays(first, most);
        for attempts in [1, 2, 3, 10, u32::MAX] {
            let longest = first.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(most);
            let delays: Vec<Duration> = (0..50).map(|_| policy.delay(attempts)).collect();
            assert!(delays.iter().all(|delay| *delay <= longest), "{attempts}");
            assert!(delays.iter().any(|delay| *delay > longest / 2), "{attempts}");
        }
    }
}
