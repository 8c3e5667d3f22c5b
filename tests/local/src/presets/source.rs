//! Where the tensors of a parameter come from.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use decthings::Tensor;

/// The elements of a parameter, which are read one by one when they are needed.
pub(crate) trait DataSource: Send + Sync {
    /// The number of elements.
    fn count(&self) -> u32;
    /// The size of all elements, in bytes.
    fn bytes(&self) -> u64;
    /// An element, serialized.
    fn read(&self, index: u32) -> io::Result<Bytes>;
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

    fn read(&self, index: u32) -> io::Result<Bytes> {
        let tensor = usize::try_from(index).ok().and_then(|index| self.get(index));
        tensor.map(Tensor::to_bytes).ok_or_else(|| io::Error::other("there is no such element"))
    }
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
