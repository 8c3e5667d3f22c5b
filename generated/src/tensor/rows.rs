//! Tensors split into rows, and joined from them.

use std::borrow::Borrow;

use bytes::Bytes;

use super::layout::Layout;
use super::variable::Parts;
use super::{Tensor, TensorError};

impl Tensor {
    /// Splits the tensor along its first dimension.
    ///
    /// A tensor of shape `[3, 28, 28]` has three rows of shape `[28, 28]`, and one of shape `[3]` has three scalars.
    /// Rows share the tensor's memory: nothing is copied, and the memory is freed with the last of them. Each row takes
    /// 64 bytes besides.
    ///
    /// Parameters of a model and keys of a dataset take one tensor per sample, so a table of all samples can be passed
    /// as `table.rows()?`.
    ///
    /// # Errors
    ///
    /// [`TensorError::ScalarRows`] when the tensor is a scalar, and [`TensorError::EmptyRows`] when rows have no
    /// elements, as those of shape `[3, 0]` would.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let table = Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]);
    /// let rows = table.rows()?;
    /// assert_eq!(rows, [Tensor::from([1.0f32, 2.0]), Tensor::from([3.0f32, 4.0])]);
    /// assert_eq!(Tensor::stack(&rows)?, table);
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn rows(&self) -> Result<Vec<Self>, TensorError> {
        let dtype = self.dtype();
        let Some((&count, shape)) = self.shape().split_first() else {
            return Err(TensorError::ScalarRows { dtype });
        };
        if count == 0 {
            return Ok(Vec::new());
        }
        // Whatever the shape says, there are not more rows than bytes from here on.
        let Some(row_len) = self.len().checked_div(count).filter(|len| *len > 0) else {
            return Err(TensorError::EmptyRows { dtype, shape: self.shape().to_vec() });
        };
        let layout = Layout::of_checked(dtype, shape);
        let row = |payload: Bytes| Self { layout: layout.clone(), payload };
        let rows = 0..count;
        Ok(match dtype.size() {
            Some(size) => {
                let size = size.saturating_mul(row_len);
                let place = |index: usize| index.saturating_mul(size)..index.saturating_add(1).saturating_mul(size);
                rows.map(|index| row(self.payload.slice(place(index)))).collect()
            }
            None => {
                let mut parts = Parts::new(&self.payload, self.len());
                rows.map(|_| row(self.payload.slice_ref(parts.skip_some(row_len)))).collect()
            }
        })
    }

    /// Joins tensors of one element type and shape into one tensor, with their number as its new first dimension. This
    /// is the reverse of [`rows`](Self::rows).
    ///
    /// Three tensors of shape `[28, 28]` become one of shape `[3, 28, 28]`. The elements are copied, once.
    ///
    /// # Errors
    ///
    /// [`TensorError::NoRows`] when there are no tensors, as the type and the shape are then unknown,
    /// [`TensorError::UnequalRows`] when a tensor has another type or shape than the first one, and
    /// [`TensorError::Rank`] when they have 255 dimensions already.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let predictions = [Tensor::from([0.1f32, 0.9]), Tensor::from([0.8f32, 0.2])];
    /// assert_eq!(Tensor::stack(&predictions)?.shape(), [2, 2]);
    ///
    /// let error = Tensor::stack([Tensor::from([1u8, 2]), Tensor::scalar(3u8)]).unwrap_err();
    /// assert_eq!(error.to_string(), "row 1 is u8 [], the rows before it are u8 [2]");
    /// # Ok::<(), decthings::TensorError>(())
    /// ```
    pub fn stack<T: Borrow<Self>>(rows: impl IntoIterator<Item = T>) -> Result<Self, TensorError> {
        let rows: Vec<T> = rows.into_iter().collect();
        let Some(first) = rows.first().map(T::borrow) else {
            return Err(TensorError::NoRows);
        };
        let mut size = 0usize;
        for (index, row) in rows.iter().map(T::borrow).enumerate() {
            if row.layout != first.layout {
                return Err(TensorError::UnequalRows {
                    row: index,
                    expected: first.dtype(),
                    expected_shape: first.shape().to_vec(),
                    actual: row.dtype(),
                    actual_shape: row.shape().to_vec(),
                });
            }
            size = size.saturating_add(row.payload.len());
        }
        let shape = [&[rows.len()], first.shape()].concat();
        let layout = Layout::new(first.dtype(), &shape)?;
        let mut payload = Vec::with_capacity(size);
        for row in &rows {
            payload.extend_from_slice(&row.borrow().payload);
        }
        Ok(Self { layout, payload: payload.into() })
    }
}
