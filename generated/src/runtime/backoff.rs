//! Delays between attempts, with random jitter, so that not all clients of a server come back at once.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// Delays that grow by a factor up to a limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Backoff {
    next: Duration,
    max: Duration,
    /// In halves.
    factor: u32,
}

impl Backoff {
    /// Each delay is twice the one before.
    pub(crate) fn doubling(first: Duration, max: Duration) -> Self {
        Self { next: first.min(max), max, factor: 4 }
    }

    /// Each delay is longer by half.
    pub(crate) fn by_half(first: Duration, max: Duration) -> Self {
        Self { factor: 3, ..Self::doubling(first, max) }
    }

    /// The next delay, without jitter.
    pub(crate) fn next(&mut self) -> Duration {
        let delay = self.next;
        let longer = delay.saturating_mul(self.factor).checked_div(2).unwrap_or(delay);
        self.next = longer.min(self.max);
        delay
    }
}

/// A random part of the delay, between nothing and all of it.
pub(crate) fn full_jitter(delay: Duration) -> Duration {
    // Each state of this hasher has random keys.
    let random = RandomState::new().build_hasher().finish();
    let max = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
    Duration::from_nanos(random.checked_rem(max.saturating_add(1)).unwrap_or(random))
}

/// A random part of the delay, between half and all of it.
pub(crate) fn equal_jitter(delay: Duration) -> Duration {
    let half = delay.checked_div(2).unwrap_or_default();
    half.saturating_add(full_jitter(half))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_the_limit() {
        let seconds = |mut backoff: Backoff| [(); 4].map(|()| backoff.next().as_secs());
        let (first, max) = (Duration::from_secs(4), Duration::from_secs(10));
        assert_eq!(seconds(Backoff::doubling(first, max)), [4, 8, 10, 10]);
        assert_eq!(seconds(Backoff::by_half(first, max)), [4, 6, 9, 10]);
        assert_eq!(seconds(Backoff::doubling(max, first)), [4; 4]);
        assert_eq!(Backoff::doubling(Duration::MAX, Duration::MAX).next(), Duration::MAX);
    }

    #[test]
    fn jitter_is_random_and_within_bounds() {
        let second = Duration::from_secs(1);
        let delays = |jitter: fn(Duration) -> Duration| (0..50).map(move |_| jitter(second));
        assert!(delays(full_jitter).all(|delay| delay <= second));
        assert!(delays(full_jitter).any(|delay| delay < second / 2));
        assert!(delays(full_jitter).any(|delay| delay > second / 2));
        assert!(delays(equal_jitter).all(|delay| delay >= second / 2 && delay <= second));
        assert_eq!(full_jitter(Duration::ZERO), Duration::ZERO);
        assert!(full_jitter(Duration::MAX) > Duration::ZERO);
    }
}
