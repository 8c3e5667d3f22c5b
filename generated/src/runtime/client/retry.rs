//! When a call is made again, and how long is waited before.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::runtime::backoff::Backoff;

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

    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::doubling(self.first_delay, self.max_delay)
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::new()
    }
}

/// What a retry takes. A call that succeeds at once gives one back.
const RETRY: u32 = 10;

/// A bucket of tokens: retries take them out, successes put them back. So a service that is down gets little more
/// than the calls themselves.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    most: u32,
    left: AtomicU32,
}

impl RetryBudget {
    /// So many retries, until calls succeed.
    pub(crate) fn new(retries: u32) -> Self {
        let most = retries.saturating_mul(RETRY);
        Self { most, left: AtomicU32::new(most) }
    }

    /// Whether one more retry may be made.
    pub(crate) fn take(&self) -> bool {
        let take = |left: u32| left.checked_sub(RETRY);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    /// A call succeeded at once.
    pub(crate) fn succeeded(&self) {
        let give = |left: u32| (left < self.most).then(|| left.saturating_add(1));
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, give);
    }
}

/// How long the server asks to wait, in seconds or until a date; nothing if it does not ask, or makes no sense.
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // A date that has passed means now.
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
