//! `safetensors`: tensors by name, as Hugging Face keeps weights. Needs the feature `safetensors`.
//!
//! There are numbers and booleans. The format's other types, such as `F16` and `BF16`, have no counterpart.
//!
//! ```
//! use decthings::{Tensor, tensor::safetensors};
//!
//! let file = safetensors::write([("bias", Tensor::from([0.5f32])), ("steps", Tensor::scalar(7u64))])?;
//! let tensors = safetensors::read(file.into())?;
//! assert_eq!(tensors["steps"], Tensor::scalar(7u64));
//! # Ok::<(), decthings::tensor::InterchangeError>(())
//! ```
//!
//! Tensors share the memory of what they are read from, so a mapped file (of crate `memmap2`) is not read before its
//! tensors are: `safetensors::read(Bytes::from_owner(map))`.

use std::borrow::{Borrow, Cow};
use std::collections::BTreeMap;
use std::path::Path;

use ::safetensors::tensor::{Dtype, View, serialize, serialize_to_file};
use ::safetensors::{SafeTensorError, SafeTensors};
use bytes::Bytes;
use memchr::{memchr_iter, memchr2_iter};

use super::InterchangeError;
use super::named::{EXPECTED, plain, read_file as bytes_of, sorted};
use crate::tensor::{DType, Tensor};

/// The name that the format has taken for itself.
const METADATA: &str = "__metadata__";

/// Reads a file of safetensors. The tensors share its memory; reading takes at most 32 times the size of the file, and
/// 1 MiB.
///
/// # Errors
///
/// [`InterchangeError::Malformed`] when it is no such file, or its header has so many values that it would take more; and
/// [`InterchangeError::Unsupported`] when elements have no counterpart, with the name of their tensor.
pub fn read(file: Bytes) -> Result<BTreeMap<String, Tensor>, InterchangeError> {
    check_header(&file)?;
    let tensors = SafeTensors::deserialize(&file).map_err(malformed)?;
    let read = |(name, view): (&str, ::safetensors::tensor::TensorView<'_>)| {
        let unsupported = || InterchangeError::Unsupported {
            dtype: format!("{:?}", view.dtype()),
            shape: view.shape().to_vec(),
            expected: EXPECTED,
        };
        let dtype = from_stored(view.dtype()).ok_or_else(unsupported).map_err(|error| error.of(name))?;
        let tensor = Tensor::from_raw(dtype, view.shape(), file.slice_ref(view.data()));
        let tensor = tensor.map_err(|error| InterchangeError::from(error).of(name))?;
        Ok((name.to_owned(), tensor))
    };
    tensors.iter().map(read).collect()
}

/// The memory that crate `safetensors` takes for each value of a header, such as a dimension.
const MEMORY_OF_VALUE: usize = 96;
/// The memory that it takes for each list and object of a header before there is anything in it.
const MEMORY_OF_LIST: usize = 256;

fn check_header(file: &Bytes) -> Result<(), InterchangeError> {
    let Some((len, rest)) = file.split_first_chunk() else { return Ok(()) };
    let len = usize::try_from(u64::from_le_bytes(*len)).unwrap_or(usize::MAX);
    let header = rest.get(..len).unwrap_or_default();
    let values = memchr_iter(b',', header).count();
    let lists = memchr2_iter(b'[', b'{', header).count();
    let memory = values.saturating_mul(MEMORY_OF_VALUE).saturating_add(lists.saturating_mul(MEMORY_OF_LIST));
    if memory > file.len().saturating_mul(32).saturating_add(1 << 19) {
        let message = format!("its header has {values} values and {lists} lists, too many for a file of its size");
        return Err(InterchangeError::malformed("safetensors", message));
    }
    Ok(())
}

/// Reads a file of safetensors from the disk. Blocks.
///
/// # Errors
///
/// As for [`read`], or [`InterchangeError::File`].
pub fn read_file(path: impl AsRef<Path>) -> Result<BTreeMap<String, Tensor>, InterchangeError> {
    read(bytes_of(path.as_ref())?)
}

/// Writes a file of safetensors.
///
/// # Errors
///
/// [`InterchangeError::Unsupported`] when elements are neither numbers nor booleans, with the name of their tensor;
/// [`InterchangeError::Name`] when a name is a duplicate, or `__metadata__`, which the format keeps for itself.
pub fn write<N, T>(tensors: impl IntoIterator<Item = (N, T)>) -> Result<Vec<u8>, InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    serialize(stored(tensors)?, None).map_err(malformed)
}

/// Writes a file of safetensors to the disk. Blocks. A file that is there is replaced when the new one is complete.
///
/// # Errors
///
/// As for [`write()`], or [`InterchangeError::File`].
pub fn write_file<N, T>(
    path: impl AsRef<Path>,
    tensors: impl IntoIterator<Item = (N, T)>,
) -> Result<(), InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    let path = path.as_ref();
    serialize_to_file(stored(tensors)?, None, path).map_err(|error| match error {
        SafeTensorError::IoError(source) => InterchangeError::file(path)(source),
        error => malformed(error),
    })
}

/// A tensor as it is stored.
struct Stored {
    dtype: Dtype,
    data: Bytes,
    tensor: Tensor,
}

impl View for Stored {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.data)
    }

    fn data_len(&self) -> usize {
        self.data.len()
    }
}

fn stored<N, T>(tensors: impl IntoIterator<Item = (N, T)>) -> Result<Vec<(String, Stored)>, InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    let store = |(name, tensor): (String, Tensor)| match (to_stored(tensor.dtype()), plain(&tensor)) {
        (Some(dtype), Ok(data)) => Ok((name, Stored { dtype, data, tensor })),
        _ => Err(InterchangeError::unsupported(&tensor, EXPECTED).of(&name)),
    };
    sorted(tensors, |name| name != METADATA)?.into_iter().map(store).collect()
}

fn malformed(error: SafeTensorError) -> InterchangeError {
    InterchangeError::malformed("safetensors", error)
}

/// The types of both sides.
const TYPES: [(Dtype, DType); 11] = [
    (Dtype::F32, DType::F32),
    (Dtype::F64, DType::F64),
    (Dtype::I8, DType::I8),
    (Dtype::I16, DType::I16),
    (Dtype::I32, DType::I32),
    (Dtype::I64, DType::I64),
    (Dtype::U8, DType::U8),
    (Dtype::U16, DType::U16),
    (Dtype::U32, DType::U32),
    (Dtype::U64, DType::U64),
    (Dtype::BOOL, DType::Boolean),
];

fn from_stored(dtype: Dtype) -> Option<DType> {
    TYPES.iter().find(|(theirs, _)| *theirs == dtype).map(|(_, ours)| *ours)
}

fn to_stored(dtype: DType) -> Option<Dtype> {
    TYPES.iter().find(|(_, ours)| *ours == dtype).map(|(theirs, _)| *theirs)
}
