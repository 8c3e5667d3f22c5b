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

/// The year, and the month from 0 to 11, of a time in milliseconds since the Unix epoch.
pub(crate) fn month(millis: i64) -> (u32, usize) {
    let mut days = millis.div_euclid(86_400_000).max(0);
    let mut year = 1970u32;
    let is_leap = |year: u32| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |year| if is_leap(year) { 366 } else { 365 };
    while days >= length(year) {
        days = days.saturating_sub(length(year));
        year = year.saturating_add(1);
    }
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let is_over = |length: &i64| {
        let over = days >= *length;
        days = days.saturating_sub(*length);
        over
    };
    (year, lengths.iter().copied().take_while(is_over).count())
}

/// When a time limit that starts now is over; nothing if that is too far away to be counted.
pub(crate) fn deadline(seconds: u32) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_secs(seconds.into()))
}
