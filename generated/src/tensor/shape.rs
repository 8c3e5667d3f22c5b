//! Shapes: the length of each dimension.

use std::fmt;
use std::sync::Arc;

use super::TensorError;

/// Dimensions whose product is known to fit.
#[derive(Clone)]
pub(super) enum Shape {
    /// Up to two dimensions need no allocation of their own: answers hold many small tensors.
    Inline { rank: usize, dims: [usize; 2] },
    /// More dimensions, shared by the clones of a tensor.
    Shared(Arc<[usize]>),
}

impl Shape {
    pub(super) fn new(dims: &[usize]) -> Result<Self, TensorError> {
        if dims.len() > usize::from(u8::MAX) {
            return Err(TensorError::Rank { rank: dims.len() });
        }
        if count(dims).is_none() {
            return Err(TensorError::ShapeOverflow { shape: dims.to_vec() });
        }
        Ok(Self::of_checked(dims))
    }

    /// Takes dimensions for which [`count`] is known to have a value.
    pub(super) fn of_checked(dims: &[usize]) -> Self {
        match *dims {
            [] => Self::Inline { rank: 0, dims: [0, 0] },
            [a] => Self::Inline { rank: 1, dims: [a, 0] },
            [a, b] => Self::Inline { rank: 2, dims: [a, b] },
            _ => Self::Shared(dims.into()),
        }
    }

    pub(super) fn dims(&self) -> &[usize] {
        match self {
            Self::Inline { rank, dims } => dims.get(..*rank).unwrap_or_default(),
            Self::Shared(dims) => dims,
        }
    }

    pub(super) fn count(&self) -> usize {
        count(self.dims()).unwrap_or_default()
    }

    pub(super) fn expect_count(&self, actual: usize) -> Result<(), TensorError> {
        let expected = self.count();
        if expected == actual {
            return Ok(());
        }
        Err(TensorError::ElementCount { shape: self.dims().to_vec(), expected, actual })
    }
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.dims() == other.dims()
    }
}

impl Eq for Shape {}

/// The number of elements of a shape, or `None` when it cannot be counted.
///
/// A zero does not excuse what stands beside it: the product of all other dimensions has to fit as well, so that
/// whoever computes strides or multiplies in another order meets no overflow.
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
