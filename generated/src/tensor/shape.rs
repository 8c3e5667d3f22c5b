//! Shapes: the length of each dimension.

use std::fmt;

/// The number of elements of a shape, or `None` when it cannot be counted.
///
/// A zero does not excuse what stands beside it: the product of all other dimensions has to fit as well, so that
/// computing strides, or multiplying in another order, does not overflow.
#[inline]
pub(super) const fn count(dims: &[usize]) -> Option<usize> {
    let mut rest = dims;
    let mut product = 1usize;
    let mut empty = false;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first == 0 {
            empty = true;
            continue;
        }
        match product.checked_mul(*first) {
            Some(next) if next <= isize::MAX as usize => product = next,
            _ => return None,
        }
    }
    Some(if empty { 0 } else { product })
}

/// Writes a shape for an error message, without the end of a very long one.
pub(super) struct ShapeText<'a, T>(pub(super) &'a [T]);

impl<T: fmt::Display> fmt::Display for ShapeText<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        f.write_str("[")?;
        for (index, dim) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{dim}", if index == 0 { "" } else { ", " })?;
        }
        if self.0.len() > SHOWN {
            write!(f, ", … {} dimensions", self.0.len())?;
        }
        f.write_str("]")
    }
}
