//! Chance, so that not all clients of a server come back at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A time between nothing and this, by chance.
pub(crate) fn up_to(most: Duration) -> Duration {
    // Each state of this hasher is another one, by chance.
    let chance = RandomState::new().build_hasher().finish();
    let most = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(chance.checked_rem(most.saturating_add(1)).unwrap_or(chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_within_bounds_and_differ() {
        let most = Duration::from_secs(1);
        let times: Vec<Duration> = (0..50).map(|_| up_to(most)).collect();
        assert!(times.iter().all(|time| *time <= most));
        assert!(times.iter().any(|time| *time < most / 2) && times.iter().any(|time| *time > most / 2));
        assert_eq!(up_to(Duration::ZERO), Duration::ZERO);
        assert!(up_to(Duration::MAX) > Duration::ZERO);
    }
}
