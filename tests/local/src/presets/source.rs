//! Where the tensors of a parameter come from.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use decthings::Tensor;

/// The elements of a parameter, which are read when they are needed.
pub(crate) trait DataSource: Send + Sync {
    /// The number of elements.
    fn count(&self) -> u32;
    /// The size of all elements, in bytes.
    fn bytes(&self) -> u64;
    /// The elements in a range, serialized. All of them must exist.
    fn read(&self, indexes: Range<u32>) -> io::Result<Vec<Bytes>>;
}

/// Tensors in memory.
impl DataSource for Vec<Tensor> {
    fn count(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    fn bytes(&self) -> u64 {
        let bytes = self.iter().map(|tensor| u64::try_from(tensor.encoded_len()).unwrap_or(u64::MAX));
        bytes.fold(0, u64::saturating_add)
    }

    fn read(&self, indexes: Range<u32>) -> io::Result<Vec<Bytes>> {
        let tensors = positions(indexes).and_then(|positions| self.get(positions)).ok_or_else(no_such_element)?;
        Ok(tensors.iter().map(Tensor::to_bytes).collect())
    }
}

/// The same range for lists in memory.
pub(crate) fn positions(indexes: Range<u32>) -> Option<Range<usize>> {
    Some(usize::try_from(indexes.start).ok()?..usize::try_from(indexes.end).ok()?)
}

pub(crate) fn no_such_element() -> io::Error {
    io::Error::other("there is no such element")
}

/// The tensors of a parameter.
pub(crate) enum Input {
    Tensors(Vec<Tensor>),
    /// Tensors that may be too many for the memory. Presets do not get them.
    Source(Arc<dyn DataSource>),
}

impl Input {
    pub(crate) fn into_source(self) -> Arc<dyn DataSource> {
        match self {
            Self::Tensors(tensors) => Arc::new(tensors),
            Self::Source(source) => source,
        }
    }
}
