//! Ids and keys that nobody can guess.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// A new id: 32 hexadecimal digits.
pub(crate) fn id() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{:016x}{:016x}", keyed_hash(count), keyed_hash(!count))
}

/// A new API key.
pub(crate) fn key() -> String {
    format!("local-{}", id())
}

/// The standard library keys its hash with the system's random numbers, which saves a dependency for them.
fn keyed_hash(value: u64) -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u64(value);
    hasher.finish()
}
