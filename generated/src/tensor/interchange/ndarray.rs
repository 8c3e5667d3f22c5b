//! Arrays of crate `ndarray`.

use bytes::Bytes;
use ndarray::{ArrayBase, ArrayD, CowArray, Data, Dimension, IxDyn};

use crate::tensor::layout::Layout;
use crate::tensor::{Element, Number, ReadElement, Tensor, TensorError};

impl Tensor {
    /// A tensor of an array, which may be owned or shared (`Array`, `ArcArray`). Needs the feature `ndarray`.
    ///
    /// An array of numbers or booleans in row-major order becomes the tensor's memory as it is, without a copy. Any
    /// other is copied, row by row.
    ///
    /// # Errors
    ///
    /// [`TensorError::Rank`] when the array has more than 255 dimensions.
    ///
    /// ```
    /// use decthings::Tensor;
    /// use ndarray::array;
    ///
    /// let table = array![[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
    /// assert_eq!(Tensor::from_ndarray(table.clone())?, Tensor::from([[1.0f32, 2.0, 3.0], [4.0, 5.0, 6.0]]));
    /// assert_eq!(Tensor::from_ndarray(table.reversed_axes())?.shape(), [3, 2]);
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn from_ndarray<T, S, D>(array: ArrayBase<S, D>) -> Result<Self, TensorError>
    where
        T: Element + Clone + 'static,
        S: Data<Elem = T> + Send + 'static,
        D: Dimension + 'static,
    {
        let layout = Layout::new(T::DTYPE, array.shape())?;
        let payload = match array.as_slice().and_then(T::as_wire) {
            Some(_) => Bytes::from_owner(Owner(array)),
            None => T::pack(array.iter().cloned().collect()),
        };
        Ok(Self { layout, payload })
    }

    /// All elements as an array of the same shape. Needs the feature `ndarray`.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are of another type.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let names = Tensor::from([["a", "b"], ["c", "d"]]).to_ndarray::<String>()?;
    /// assert_eq!(names[[1, 0]], "c");
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn to_ndarray<T: ReadElement>(&self) -> Result<ArrayD<T>, TensorError> {
        ArrayD::from_shape_vec(IxDyn(self.shape()), self.to_vec()?).map_err(|_| self.too_large())
    }

    /// The numbers as an array, in place where the machine can read them so, as with [`view`](Self::view). Needs the
    /// feature `ndarray`.
    ///
    /// `is_view` of the result is true if it is the tensor's own memory, `is_owned` if it is a copy.
    ///
    /// # Errors
    ///
    /// [`TensorError::WrongType`] when the elements are of another type.
    ///
    /// ```
    /// use decthings::Tensor;
    /// use ndarray::Axis;
    ///
    /// let table = Tensor::from(vec![1.0f32, 2.0, 3.0, 4.0]).reshape([2, 2])?;
    /// let view = table.ndarray_view::<f32>()?;
    /// assert!(view.is_view());
    /// assert_eq!(view.sum_axis(Axis(0)).as_slice(), Some(&[4.0, 6.0][..]));
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn ndarray_view<T: Number>(&self) -> Result<CowArray<'_, T, IxDyn>, TensorError> {
        let shape = IxDyn(self.shape());
        let array = match self.view()? {
            std::borrow::Cow::Borrowed(values) => ndarray::ArrayViewD::from_shape(shape, values).map(CowArray::from),
            std::borrow::Cow::Owned(values) => ArrayD::from_shape_vec(shape, values).map(CowArray::from),
        };
        array.map_err(|_| self.too_large())
    }

    fn too_large(&self) -> TensorError {
        TensorError::ShapeOverflow { shape: self.shape().to_vec() }
    }
}

/// An array that lies in memory as it does on the wire.
struct Owner<S: Data, D: Dimension>(ArrayBase<S, D>);

impl<T: Element + 'static, S: Data<Elem = T>, D: Dimension> AsRef<[u8]> for Owner<S, D> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_slice().and_then(T::as_wire).unwrap_or_default()
    }
}
