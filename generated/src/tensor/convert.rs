//! Tensors from plain Rust values.

use bytes::Bytes;

use super::layout::Layout;
use super::shape::count;
use super::{Audio, Image, NestedElement, Tensor, TensorError, Video};

macro_rules! scalars {
    ($($type:ty)*) => {$(
        /// A scalar.
        impl From<$type> for Tensor {
            fn from(value: $type) -> Self {
                Self::scalar(value)
            }
        }
    )*};
}

scalars! { f32 f64 i8 i16 i32 i64 u8 u16 u32 u64 bool String &str Bytes Image Audio Video }

/// One dimension. Numbers and booleans are not copied.
impl<T: NestedElement> From<Vec<T>> for Tensor {
    fn from(data: Vec<T>) -> Self {
        Self::vector(data)
    }
}

/// One dimension.
impl<T: NestedElement + Clone> From<&[T]> for Tensor {
    fn from(data: &[T]) -> Self {
        Self::vector(data)
    }
}

/// One dimension.
impl<T: NestedElement + Clone> From<&Vec<T>> for Tensor {
    fn from(data: &Vec<T>) -> Self {
        Self::vector(data.as_slice())
    }
}

/// One dimension.
impl<T: NestedElement + Clone, const N: usize> From<&[T; N]> for Tensor {
    fn from(data: &[T; N]) -> Self {
        Self::vector(data.as_slice())
    }
}

/// A clone, which shares the data.
impl From<&Tensor> for Tensor {
    fn from(tensor: &Tensor) -> Self {
        tensor.clone()
    }
}

/// One dimension.
impl<T: NestedElement, const N: usize> From<[T; N]> for Tensor {
    fn from(data: [T; N]) -> Self {
        Self::vector(data)
    }
}

// An array of empty arrays takes no memory however long it is, so its shape may be one that no tensor can have.
// That is found when the program is compiled.

/// Two dimensions: the outer array's length comes first.
impl<T: NestedElement, const A: usize, const B: usize> From<[[T; B]; A]> for Tensor {
    fn from(data: [[T; B]; A]) -> Self {
        const { assert!(count(&[A, B]).is_some(), "the shape is too large to be counted") }
        Self::of(&[A, B], Vec::from(data).into_flattened())
    }
}

/// Three dimensions: the outer array's length comes first.
impl<T: NestedElement, const A: usize, const B: usize, const C: usize> From<[[[T; C]; B]; A]> for Tensor {
    fn from(data: [[[T; C]; B]; A]) -> Self {
        const { assert!(count(&[A, B, C]).is_some(), "the shape is too large to be counted") }
        Self::of(&[A, B, C], Vec::from(data).into_flattened().into_flattened())
    }
}

/// Four dimensions: the outer array's length comes first.
impl<T: NestedElement, const A: usize, const B: usize, const C: usize, const D: usize> From<[[[[T; D]; C]; B]; A]>
    for Tensor
{
    fn from(data: [[[[T; D]; C]; B]; A]) -> Self {
        const { assert!(count(&[A, B, C, D]).is_some(), "the shape is too large to be counted") }
        let data = Vec::from(data).into_flattened().into_flattened().into_flattened();
        Self::of(&[A, B, C, D], data)
    }
}

/// Two dimensions, with an error when the rows have different lengths.
///
/// ```
/// use decthings::Tensor;
///
/// let table = Tensor::try_from(vec![vec![1i32, 2, 3], vec![4, 5, 6]])?;
/// assert_eq!(table.shape(), [2, 3]);
///
/// let error = Tensor::try_from(vec![vec![1i32, 2], vec![3]]).unwrap_err();
/// assert_eq!(error.to_string(), "row 1 has 1 element, the rows before it have 2");
/// # Ok::<(), decthings::TensorError>(())
/// ```
impl<T: NestedElement> TryFrom<Vec<Vec<T>>> for Tensor {
    type Error = TensorError;

    fn try_from(rows: Vec<Vec<T>>) -> Result<Self, TensorError> {
        let expected = rows.first().map_or(0, Vec::len);
        for (row, values) in rows.iter().enumerate() {
            if values.len() != expected {
                return Err(TensorError::Ragged { row, expected, actual: values.len() });
            }
        }
        let layout = Layout::new(T::DTYPE, &[rows.len(), expected])?;
        let mut data = Vec::with_capacity(layout.count());
        data.extend(rows.into_iter().flatten());
        Ok(Self { layout, payload: T::pack(data) })
    }
}
