//! Random ids, times as the API counts them, and locks.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A new, unguessable id: 32 hexadecimal digits.
pub(crate) fn new_id() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}{:016x}", keyed_hash(count), keyed_hash(!count))
}

/// A random number.
pub(crate) fn random() -> u64 {
    keyed_hash(0)
}

/// A new API key.
pub(crate) fn new_key() -> String {
    format!("local-{}", new_id())
}

/// The standard library keys its hash with the system's random numbers, which saves a dependency for them.
fn keyed_hash(value: u64) -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(value);
    hasher.finish()
}

/// The current time, in milliseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The milliseconds since an instant.
pub(crate) fn elapsed(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
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
    let has_passed = |length: &i64| {
        let passed = days >= *length;
        days = days.saturating_sub(*length);
        passed
    };
    (year, lengths.iter().copied().take_while(has_passed).count())
}

/// The end of a time limit that starts now; nothing if it is too far away to be represented.
pub(crate) fn deadline(seconds: u32) -> Option<Instant> {
    Instant::now().checked_add(Duration::from_secs(seconds.into()))
}

/// Waits for a deadline, or forever without one.
pub(crate) async fn sleep_until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Locks a mutex. What a panicking thread may have left half done is still usable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
