//! The making of tensors.

use bytes::Bytes;

use super::element::sealed::Pack as _;
use super::layout::Layout;
use super::{DType, Element, Elements, Tensor, TensorError};

impl Tensor {
    /// A tensor of any shape. The shape of a scalar is `[]`; at most 255 dimensions are possible.
    ///
    /// A vector of numbers or booleans becomes the tensor's memory as it is, without a copy.
    ///
    /// # Errors
    ///
    /// [`TensorError::ElementCount`] when the shape is for another number of elements,
    /// [`TensorError::ShapeOverflow`] or [`TensorError::Rank`] when no tensor can have the shape.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let pixels = Tensor::new([2, 2, 1], vec![0u8, 255, 255, 0])?;
    /// assert_eq!(pixels.shape(), [2, 2, 1]);
    ///
    /// let error = Tensor::new([2, 3], [true, false]).unwrap_err();
    /// assert_eq!(error.to_string(), "shape [2, 3] takes 6 elements, got 2");
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn new<D: Elements>(shape: impl AsRef<[usize]>, data: D) -> Result<Self, TensorError> {
        let layout = Layout::new(D::Element::DTYPE, shape.as_ref())?;
        let data = data.into_vec();
        layout.expect_count(data.len())?;
        Ok(Self { layout, payload: D::Element::pack(data) })
    }

    /// A tensor of one element and no dimensions.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// assert_eq!(Tensor::scalar(0.5f64).rank(), 0);
    /// ```
    pub fn scalar<T: Element>(value: T) -> Self {
        Self::of(&[], vec![value])
    }

    /// A tensor of one dimension.
    ///
    /// ```
    /// use decthings::{DType, Tensor};
    ///
    /// let names = Tensor::vector(["cat", "dog"]);
    /// assert_eq!((names.dtype(), names.shape()), (DType::String, &[2][..]));
    /// ```
    pub fn vector<D: Elements>(data: D) -> Self {
        let data = data.into_vec();
        Self::of(&[data.len()], data)
    }

    /// A tensor of numbers or booleans from their little-endian bytes, which are kept without a copy.
    ///
    /// Every byte but 0 is a true boolean; the bytes are kept as they are.
    ///
    /// # Errors
    ///
    /// [`TensorError::ByteCount`] when the type and the shape are for another number of bytes,
    /// [`TensorError::NoFixedSize`] when elements of the type differ in size, [`TensorError::ShapeOverflow`] or
    /// [`TensorError::Rank`] when no tensor can have the shape.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use decthings::{DType, Tensor};
    ///
    /// let tensor = Tensor::from_raw(DType::U16, [2], Bytes::from_static(&[1, 0, 0, 1]))?;
    /// assert_eq!(tensor.to_vec::<u16>()?, [1, 256]);
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn from_raw(dtype: DType, shape: impl AsRef<[usize]>, data: impl Into<Bytes>) -> Result<Self, TensorError> {
        let Some(size) = dtype.size() else {
            return Err(TensorError::NoFixedSize { dtype });
        };
        let layout = Layout::new(dtype, shape.as_ref())?;
        let payload = data.into();
        let (shape, actual) = (layout.dims(), payload.len());
        match layout.count().checked_mul(size) {
            Some(expected) if expected == actual => Ok(Self { layout, payload }),
            Some(expected) => Err(TensorError::ByteCount { dtype, shape: shape.to_vec(), expected, actual }),
            None => Err(TensorError::ShapeOverflow { shape: shape.to_vec() }),
        }
    }

    /// A tensor of numbers or booleans whose little-endian bytes something owns. They are not copied; the owner is
    /// dropped with the last clone.
    ///
    /// An owner can be a memory-mapped file, which is read as it is sent and never lies in memory as a whole:
    ///
    /// ```
    /// use std::fs::File;
    ///
    /// use decthings::{DType, Tensor};
    /// use memmap2::Mmap;
    ///
    /// # let path = std::env::temp_dir().join(format!("decthings-from-owner-{}", std::process::id()));
    /// # std::fs::write(&path, [0; 8])?;
    /// let file = File::open(&path)?;
    /// // SAFETY: nobody changes the file while it is mapped.
    /// let map = unsafe { Mmap::map(&file)? };
    /// let tensor = Tensor::from_owner(DType::F32, [2], map)?;
    /// # assert_eq!(tensor, Tensor::from([0.0f32; 2]));
    /// # drop(tensor);
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`from_raw`](Self::from_raw).
    pub fn from_owner(
        dtype: DType,
        shape: impl AsRef<[usize]>,
        owner: impl AsRef<[u8]> + Send + 'static,
    ) -> Result<Self, TensorError> {
        Self::from_raw(dtype, shape, Bytes::from_owner(owner))
    }

    /// Takes a shape that a tensor can have, and as many elements as it is for.
    pub(super) fn of<T: Element>(shape: &[usize], data: Vec<T>) -> Self {
        Self { layout: Layout::of_checked(T::DTYPE, shape), payload: T::pack(data) }
    }
}
