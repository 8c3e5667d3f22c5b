//! Element type and shape of a tensor.

use std::sync::Arc;

use super::shape::count;
use super::{DType, TensorError};

/// The most dimensions that are stored without an allocation.
pub(super) const INLINE: usize = 3;

/// The memory that a shape with this number of dimensions takes beside the tensor: a shared slice with two counters.
pub(super) fn shape_memory(rank: u8) -> usize {
    let rank = usize::from(rank);
    if rank <= INLINE { 0 } else { rank.saturating_add(2).saturating_mul(size_of::<usize>()) }
}

/// The element type and the dimensions, whose product is known to fit.
///
/// Both are in one type because that makes it 32 bytes, and a tensor 64.
#[derive(Clone)]
pub(super) enum Layout {
    /// The common case: up to three dimensions. Those beyond the rank are 1, so that the product of all is the number of
    /// elements.
    Inline { dtype: DType, rank: u8, dims: [usize; INLINE] },
    /// More dimensions, shared by the clones of a tensor.
    Shared { dtype: DType, dims: Arc<[usize]> },
}

impl Layout {
    pub(super) fn new(dtype: DType, dims: &[usize]) -> Result<Self, TensorError> {
        if dims.len() > usize::from(u8::MAX) {
            return Err(TensorError::Rank { rank: dims.len() });
        }
        if count(dims).is_none() {
            return Err(TensorError::ShapeOverflow { shape: dims.to_vec() });
        }
        Ok(Self::of_checked(dtype, dims))
    }

    /// Takes at most 255 dimensions for which [`count`] is known to have a value.
    pub(super) fn of_checked(dtype: DType, dims: &[usize]) -> Self {
        match *dims {
            [] => Self::Inline { dtype, rank: 0, dims: [1, 1, 1] },
            [a] => Self::Inline { dtype, rank: 1, dims: [a, 1, 1] },
            [a, b] => Self::Inline { dtype, rank: 2, dims: [a, b, 1] },
            [a, b, c] => Self::Inline { dtype, rank: 3, dims: [a, b, c] },
            _ => Self::Shared { dtype, dims: dims.into() },
        }
    }

    pub(super) fn dtype(&self) -> DType {
        match self {
            Self::Inline { dtype, .. } | Self::Shared { dtype, .. } => *dtype,
        }
    }

    pub(super) fn dims(&self) -> &[usize] {
        match self {
            Self::Inline { rank, dims, .. } => dims.get(..usize::from(*rank)).unwrap_or_default(),
            Self::Shared { dims, .. } => dims,
        }
    }

    /// The number of dimensions as the wire has it.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Inline { rank, .. } => *rank,
            Self::Shared { dims, .. } => u8::try_from(dims.len()).unwrap_or(u8::MAX),
        }
    }

    /// The number of elements.
    pub(super) fn count(&self) -> usize {
        let dims: &[usize] = match self {
            Self::Inline { dims, .. } => dims,
            Self::Shared { dims, .. } => dims,
        };
        count(dims).unwrap_or_default()
    }

    pub(super) fn expect_count(&self, actual: usize) -> Result<(), TensorError> {
        let expected = self.count();
        if expected == actual {
            return Ok(());
        }
        Err(TensorError::ElementCount { shape: self.dims().to_vec(), expected, actual })
    }
}

impl PartialEq for Layout {
    fn eq(&self, other: &Self) -> bool {
        self.dtype() == other.dtype() && self.dims() == other.dims()
    }
}

impl Eq for Layout {}
