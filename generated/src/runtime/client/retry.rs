//! When a call is retried, and the delay before.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::RETRY_AFTER;

use crate::runtime::backoff::Backoff;

/// The number of attempts of a call, and the delays between them.
///
/// A call of any method is retried if it certainly took no effect: its request did not reach the server, or was rejected
/// as the server was busy (HTTP 429; error codes such as `too_many_requests`). An idempotent method is also retried after
/// a connection error, a timeout, or another temporary error of the server (HTTP 408, 5xx). So no call takes effect twice.
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
    /// The maximum number of attempts, including the first one.
    pub max_attempts: u32,
    /// The maximum delay before the second attempt; it doubles with each further one.
    pub first_delay: Duration,
    /// The maximum delay before any attempt, unless the server requests a longer one.
    pub max_delay: Duration,
}

impl RetryPolicy {
    /// Three attempts, with up to 200 ms before the second one and up to 10 s before any.
    pub const fn new() -> Self {
        Self { max_attempts: 3, first_delay: Duration::from_millis(200), max_delay: Duration::from_secs(10) }
    }

    /// No retries.
    pub const fn off() -> Self {
        Self::new().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first one. Zero counts as one.
    pub const fn max_attempts(self, attempts: u32) -> Self {
        Self { max_attempts: attempts, ..self }
    }

    /// Sets the maximum delay before the second attempt, which doubles with each further one, and the maximum before any.
    /// The actual delay is a random part of it.
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

/// The tokens of a retry. A call that succeeds at the first attempt restores one token.
const TOKENS_PER_RETRY: u32 = 10;

/// A token bucket that limits the load of retries on a service that is down.
#[derive(Debug)]
pub(super) struct RetryBudget {
    max: u32,
    tokens: AtomicU32,
}

impl RetryBudget {
    pub(super) fn new(retries: u32) -> Self {
        let max = retries.saturating_mul(TOKENS_PER_RETRY);
        Self { max, tokens: AtomicU32::new(max) }
    }

    /// Takes the tokens of a retry, if there are enough.
    pub(super) fn take(&self) -> bool {
        let take = |tokens: u32| tokens.checked_sub(TOKENS_PER_RETRY);
        self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }

    pub(super) fn succeeded(&self) {
        let restore = |tokens: u32| (tokens < self.max).then(|| tokens.saturating_add(1));
        let _ = self.tokens.fetch_update(Ordering::Relaxed, Ordering::Relaxed, restore);
    }
}

/// The delay of the `Retry-After` header, in seconds or until a date; `None` if it is missing or malformed.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // A date in the past means now.
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}
