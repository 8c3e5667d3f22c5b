//! Between a tensor a sample and a table.

use decthings::{DType, Tensor, TensorError};

use super::values::{bad, floats};
use crate::compute::{ComputeError, MAX_VALUES, Samples};

/// Makes a table of the tensors of a parameter, which must all have as many elements as the first.
pub(crate) fn samples(name: &str, tensors: &[Tensor]) -> Result<Samples, ComputeError> {
    let cols = tensors.first().map_or(0, Tensor::len);
    let values = tensors.len().checked_mul(cols).filter(|&values| values <= MAX_VALUES);
    let Some(values) = values else {
        let rows = tensors.len();
        return Err(bad(name, format!("{rows} samples of {cols} values are over the limit of {MAX_VALUES} values")));
    };
    let mut data = Vec::with_capacity(values);
    for (index, tensor) in tensors.iter().enumerate() {
        if tensor.len() != cols {
            let got = tensor.len();
            return Err(bad(name, format!("sample {index} has {got} values, but the first has {cols}")));
        }
        if tensor.dtype() == DType::F32 {
            let values = tensor.view::<f32>().map_err(|error| bad(name, error.to_string()))?;
            data.extend_from_slice(&values);
        } else {
            data.extend(floats(name, tensor)?.into_iter().map(|value| value as f32));
        }
    }
    Samples::new(name, tensors.len(), cols, data)
}

/// Makes a tensor of each row.
pub(crate) fn tensors(samples: &Samples) -> Result<Vec<Tensor>, TensorError> {
    Tensor::new([samples.rows(), samples.cols()], samples.data())?.rows()
}
