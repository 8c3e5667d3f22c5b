//! How much is tried again by all calls of a client together.

use std::sync::atomic::{AtomicU32, Ordering};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_comes_back_with_successes() {
        let budget = RetryBudget::new(2);
        assert_eq!([budget.take(), budget.take(), budget.take()], [true, true, false]);
        (1..RETRY).for_each(|_| budget.succeeded());
        assert!(!budget.take());
        budget.succeeded();
        assert_eq!([budget.take(), budget.take()], [true, false]);
        (0..1000).for_each(|_| budget.succeeded());
        assert_eq!([budget.take(), budget.take(), budget.take()], [true, true, false]);
        assert!(!RetryBudget::new(0).take());
    }
}
