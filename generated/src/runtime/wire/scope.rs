//! Where bytes and tensors wait while serde works on the JSON beside them.
//!
//! While a request or a result is encoded or decoded, a scope is open on the thread. Bytes and tensors then stand in
//! the JSON as bare numbers, which are positions in the scope; outside of a scope they are written out.

use std::cell::RefCell;

use crate::runtime::Blob;
use crate::tensor::Tensor;

/// Something that is not in the JSON.
#[derive(Clone, Debug)]
pub(crate) enum Parked {
    Bytes(Blob),
    Tensor(Tensor),
}

thread_local! {
    static SCOPE: RefCell<Option<Vec<Parked>>> = const { RefCell::new(None) };
}

/// Gives the thread its former scope back, also on a panic.
struct Restore(Option<Vec<Parked>>);

impl Drop for Restore {
    fn drop(&mut self) {
        let former = self.0.take();
        SCOPE.with(|scope| scope.replace(former));
    }
}

/// Runs serde in a scope; gives back what has been parked.
pub(crate) fn within<T>(parked: Vec<Parked>, work: impl FnOnce() -> T) -> (T, Vec<Parked>) {
    let _restore = Restore(SCOPE.with(|scope| scope.replace(Some(parked))));
    let done = work();
    let parked = SCOPE.with(|scope| scope.replace(None));
    (done, parked.unwrap_or_default())
}

/// Whether a scope is open.
pub(crate) fn is_open() -> bool {
    SCOPE.with(|scope| scope.borrow().is_some())
}

/// Puts something away, if a scope is open; gives its position.
pub(crate) fn park(parked: impl FnOnce() -> Parked) -> Option<u64> {
    SCOPE.with(|scope| {
        let mut scope = scope.borrow_mut();
        let places = scope.as_mut()?;
        let position = u64::try_from(places.len()).ok()?;
        places.push(parked());
        Some(position)
    })
}

/// What waits at a position.
pub(crate) fn parked(position: u64) -> Option<Parked> {
    let position = usize::try_from(position).ok()?;
    SCOPE.with(|scope| scope.borrow().as_ref()?.get(position).cloned())
}

#[cfg(test)]
mod tests {
    use super::{Parked, is_open, park, parked, within};

    fn bytes() -> Parked {
        Parked::Bytes(crate::Blob::default())
    }

    #[test]
    fn a_scope_ends_with_its_work_even_if_that_panics() {
        assert!(park(bytes).is_none());
        let ((), left) = within(Vec::new(), || {
            assert_eq!(park(bytes), Some(0));
            let inner = std::panic::catch_unwind(|| within(Vec::new(), || panic!("in the inner scope")));
            assert!(inner.is_err());
            assert_eq!(park(bytes), Some(1));
            assert!(parked(1).is_some() && parked(2).is_none());
        });
        assert_eq!(left.len(), 2);
        assert!(!is_open());
    }
}
