//! Times and durations as the API counts them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since then.
pub(crate) fn elapsed(since: Instant) -> u64 {
    millis(since.elapsed())
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// When a time limit that starts now is over; nothing if that is too far away to be counted.
pub(crate) fn deadline(seconds: u32) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_secs(seconds.into()))
}
