//! Tensors: what models are trained on, evaluated with, and respond with.
//!
//! A [`Tensor`] is an element type, a shape and the elements in row-major order. It is immutable and cheap to
//! clone: clones share the elements, and so does a tensor with the response that it was decoded from.
//!
//! ```
//! use decthings::{DType, Tensor};
//!
//! let image = Tensor::new([2, 3], vec![1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0])?;
//! assert_eq!(image.dtype(), DType::F32);
//! assert_eq!(image.shape(), [2, 3]);
//! assert_eq!(image, Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]));
//!
//! let label = Tensor::scalar("cat");
//! assert_eq!(label.item::<String>()?, "cat");
//! # Ok::<(), decthings::TensorError>(())
//! ```

mod build;
mod convert;
mod debug;
mod decode;
mod decode_error;
mod dtype;
mod element;
mod encode;
mod error;
mod format;
mod interchange;
mod layout;
mod media;
pub mod notation;
mod number;
mod read;
mod reader;
mod rows;
mod shape;
mod text;
mod variable;

use bytes::Bytes;

pub use self::decode_error::{DecodeError, DecodeErrorKind, Part};
pub use self::dtype::{DType, UnknownDType};
pub use self::element::{Element, Elements, NestedElement, Number, ReadElement};
pub use self::error::TensorError;
#[cfg(any(feature = "image-rs", feature = "npy", feature = "safetensors"))]
pub use self::interchange::InterchangeError;
#[cfg(feature = "safetensors")]
pub use self::interchange::safetensors;
#[cfg(feature = "npy")]
pub use self::interchange::{npy, npz};
use self::layout::Layout;
pub use self::media::{Audio, AudioRef, Image, ImageRef, Video, VideoRef};

/// An element type, a shape and the elements in row-major order.
///
/// Two tensors are equal when their element type, their shape and the bytes of their elements are. So NaN equals
/// the same NaN, and 0.0 differs from -0.0.
#[derive(Clone, PartialEq, Eq)]
pub struct Tensor {
    layout: Layout,
    /// The elements as the wire has them. Each element of a type without a fixed size follows its length in the
    /// shortest form, so that equal elements have equal bytes.
    payload: Bytes,
}

impl Tensor {
    /// The element type.
    pub fn dtype(&self) -> DType {
        self.layout.dtype()
    }

    /// The length of each dimension; empty for a scalar.
    pub fn shape(&self) -> &[usize] {
        self.layout.dims()
    }

    /// The number of dimensions: 0 for a scalar, at most 255.
    pub fn rank(&self) -> usize {
        usize::from(self.layout.rank())
    }

    /// The number of elements: 1 for a scalar, 0 when a dimension is 0.
    pub fn len(&self) -> usize {
        self.layout.count()
    }

    /// The memory that the shape takes beside the tensor.
    pub(crate) fn shape_memory(&self) -> usize {
        layout::shape_memory(self.layout.rank())
    }

    /// Whether there are no elements, which is so when a dimension is 0.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of bytes that the elements take on the wire, with the length before each element of a type
    /// without a fixed size.
    pub fn byte_len(&self) -> usize {
        self.payload.len()
    }

    /// The same elements in another shape.
    ///
    /// # Errors
    ///
    /// [`TensorError::ElementCount`] when the shape is for another number of elements,
    /// [`TensorError::ShapeOverflow`] or [`TensorError::Rank`] when no tensor can have the shape.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let row = Tensor::from(vec![1u8, 2, 3, 4]);
    /// assert_eq!(row.reshape([2, 2])?, Tensor::from([[1u8, 2], [3, 4]]));
    /// assert!(row.reshape([3]).is_err());
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn reshape(&self, shape: impl AsRef<[usize]>) -> Result<Self, TensorError> {
        let layout = Layout::new(self.dtype(), shape.as_ref())?;
        layout.expect_count(self.len())?;
        Ok(Self { layout, payload: self.payload.clone() })
    }

    /// A copy that shares no memory with this tensor.
    ///
    /// A tensor of a response keeps the whole response in memory. Detach a small one that you keep for long.
    pub fn detach(&self) -> Self {
        Self { layout: self.layout.clone(), payload: Bytes::copy_from_slice(&self.payload) }
    }
}
