//! The reading of tensors.

use std::borrow::Cow;

use bytes::Bytes;

use super::media::{AudioRef, ImageRef, VideoRef};
use super::text::Texts;
use super::variable::Parts;
use super::{DType, Number, ReadElement, Tensor, TensorError, number};

impl Tensor {
    /// All elements in row-major order.
    ///
    /// Bytes and the data of images, sound and videos share the tensor's memory.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are of another type.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let tensor = Tensor::from([[1i64, 2], [3, 4]]);
    /// assert_eq!(tensor.to_vec::<i64>()?, [1, 2, 3, 4]);
    ///
    /// let error = tensor.to_vec::<f32>().unwrap_err();
    /// assert_eq!(error.to_string(), "wanted f32 elements, but the tensor is i64 [2, 2]");
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn to_vec<T: ReadElement>(&self) -> Result<Vec<T>, TensorError> {
        self.expect_type(T::DTYPE)?;
        Ok(T::unpack(&self.payload, self.len()))
    }

    /// The element of a scalar, or of a tensor of any shape that has one element.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the element is of another type, [`TensorError::NotSingle`] when there is
    /// none or more than one.
    pub fn item<T: ReadElement>(&self) -> Result<T, TensorError> {
        self.expect_type(T::DTYPE)?;
        let not_single = || TensorError::NotSingle { dtype: self.dtype(), shape: self.shape().to_vec() };
        if self.len() != 1 {
            return Err(not_single());
        }
        T::unpack(&self.payload, 1).pop().ok_or_else(not_single)
    }

    /// The numbers as they lie in memory.
    ///
    /// They are copied only where the machine cannot read them in place: when they are not aligned, which the
    /// tensors of a response may not be, or when the machine is big-endian. The result shows which:
    /// [`Cow::Borrowed`] is the tensor's own memory, [`Cow::Owned`] a copy.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are of another type.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let tensor = Tensor::from(vec![1.0f32, 2.0, 3.0]);
    /// assert_eq!(tensor.view::<f32>()?.iter().sum::<f32>(), 6.0);
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn view<T: Number>(&self) -> Result<Cow<'_, [T]>, TensorError> {
        self.expect_type(T::DTYPE)?;
        if cfg!(target_endian = "little")
            && let Ok(values) = bytemuck::try_cast_slice(&self.payload)
        {
            return Ok(Cow::Borrowed(values));
        }
        Ok(Cow::Owned(T::unpack(&self.payload, self.len())))
    }

    /// The little-endian bytes of numbers and booleans; `None` when the elements have no fixed size.
    pub fn bytes(&self) -> Option<&Bytes> {
        self.dtype().size().map(|_| &self.payload)
    }

    /// The text of each element, without a copy.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are not strings.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let tensor = Tensor::from(["a", "bc"]);
    /// assert_eq!(tensor.strings()?.map(str::len).collect::<Vec<_>>(), [1, 2]);
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn strings(&self) -> Result<impl ExactSizeIterator<Item = &str> + Clone, TensorError> {
        self.expect_type(DType::String)?;
        Ok(self.texts())
    }

    /// The bytes of each element, without a copy.
    ///
    /// [`to_vec::<Bytes>`](Self::to_vec) gives elements that share the tensor's memory and can be kept.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are not binary.
    pub fn binaries(&self) -> Result<impl ExactSizeIterator<Item = &[u8]> + Clone, TensorError> {
        self.expect_type(DType::Binary)?;
        Ok(self.parts())
    }

    /// Each image, without a copy.
    ///
    /// [`to_vec::<Image>`](Self::to_vec) gives images that share the tensor's memory and can be kept.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are not images.
    ///
    /// ```
    /// use decthings::{Image, Tensor};
    ///
    /// let tensor = Tensor::from([Image::new("png", &b"\x89PNG"[..])?]);
    /// for image in tensor.images()? {
    ///     assert_eq!((image.format(), image.data().len()), ("png", 4));
    /// }
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn images(&self) -> Result<impl ExactSizeIterator<Item = ImageRef<'_>> + Clone, TensorError> {
        self.expect_type(DType::Image)?;
        Ok(self.parts().map(|part| ImageRef::of_part(&self.payload, part)))
    }

    /// Each sound, without a copy.
    ///
    /// [`to_vec::<Audio>`](Self::to_vec) gives sounds that share the tensor's memory and can be kept.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are not sound.
    pub fn audios(&self) -> Result<impl ExactSizeIterator<Item = AudioRef<'_>> + Clone, TensorError> {
        self.expect_type(DType::Audio)?;
        Ok(self.parts().map(|part| AudioRef::of_part(&self.payload, part)))
    }

    /// Each video, without a copy.
    ///
    /// [`to_vec::<Video>`](Self::to_vec) gives videos that share the tensor's memory and can be kept.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are not videos.
    pub fn videos(&self) -> Result<impl ExactSizeIterator<Item = VideoRef<'_>> + Clone, TensorError> {
        self.expect_type(DType::Video)?;
        Ok(self.parts().map(|part| VideoRef::of_part(&self.payload, part)))
    }

    /// The numbers of a tensor that is known to have this type.
    pub(super) fn numbers<T: Number>(&self) -> impl ExactSizeIterator<Item = T> {
        number::iter(&self.payload)
    }

    /// The booleans of a tensor that is known to have them.
    pub(super) fn booleans(&self) -> impl ExactSizeIterator<Item = bool> {
        number::booleans(&self.payload)
    }

    /// The elements of a tensor that is known to have no fixed size of them.
    pub(super) fn parts(&self) -> Parts<'_> {
        Parts::new(&self.payload, self.len())
    }

    /// The texts of a tensor that is known to have them.
    pub(super) fn texts(&self) -> Texts<'_> {
        Texts::new(&self.payload, self.len())
    }

    fn expect_type(&self, wanted: DType) -> Result<(), TensorError> {
        if self.dtype() == wanted {
            return Ok(());
        }
        Err(TensorError::WrongType { wanted, actual: self.dtype(), shape: self.shape().to_vec() })
    }
}
