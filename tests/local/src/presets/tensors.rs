//! The inputs of a function: read from tensors of any numeric type, and turned into tables and back.

use std::collections::BTreeMap;

use decthings::{DType, Tensor, TensorError};

use super::source::Input;
use crate::compute::error::ComputeError;
use crate::compute::samples::{MAX_VALUES, Samples};

/// The inputs of a function: the tensors of each parameter.
pub(crate) struct Inputs(pub(crate) BTreeMap<String, Input>);

impl Inputs {
    /// The tensors of a parameter; none if it is missing, or not in memory.
    pub(crate) fn all(&self, name: &str) -> &[Tensor] {
        match self.0.get(name) {
            Some(Input::Tensors(tensors)) => tensors,
            Some(Input::Source(_)) | None => &[],
        }
    }

    /// The tensor of a parameter that holds one.
    pub(crate) fn one(&self, name: &str) -> Option<&Tensor> {
        self.all(name).first()
    }
}

/// The error of a parameter.
pub(super) fn invalid(name: &str, reason: impl Into<String>) -> ComputeError {
    ComputeError::InvalidParameter { name: name.to_owned(), reason: reason.into() }
}

/// All elements as floats.
pub(super) fn floats(name: &str, tensor: &Tensor) -> Result<Vec<f64>, ComputeError> {
    fn cast<T>(values: Vec<T>, as_float: impl Fn(T) -> f64) -> Vec<f64> {
        values.into_iter().map(as_float).collect()
    }
    let read = || -> Result<Vec<f64>, TensorError> {
        Ok(match tensor.dtype() {
            DType::F64 => tensor.to_vec::<f64>()?,
            DType::I8 => cast(tensor.to_vec::<i8>()?, f64::from),
            DType::I16 => cast(tensor.to_vec::<i16>()?, f64::from),
            DType::I32 => cast(tensor.to_vec::<i32>()?, f64::from),
            DType::I64 => cast(tensor.to_vec::<i64>()?, |value| value as f64),
            DType::U8 => cast(tensor.to_vec::<u8>()?, f64::from),
            DType::U16 => cast(tensor.to_vec::<u16>()?, f64::from),
            DType::U32 => cast(tensor.to_vec::<u32>()?, f64::from),
            DType::U64 => cast(tensor.to_vec::<u64>()?, |value| value as f64),
            _ => cast(tensor.to_vec::<f32>()?, f64::from),
        })
    };
    read().map_err(|error| invalid(name, error.to_string()))
}

/// All elements as integers that are not negative.
pub(super) fn integers(name: &str, tensor: &Tensor) -> Result<Vec<u64>, ComputeError> {
    fn cast<T: TryInto<u64>>(name: &str, values: Vec<T>) -> Result<Vec<u64>, ComputeError> {
        let one = |value: T| value.try_into().map_err(|_| invalid(name, "must not be negative"));
        values.into_iter().map(one).collect()
    }
    let wrong = |error: TensorError| invalid(name, error.to_string());
    match tensor.dtype() {
        DType::I8 => cast(name, tensor.to_vec::<i8>().map_err(wrong)?),
        DType::I16 => cast(name, tensor.to_vec::<i16>().map_err(wrong)?),
        DType::I32 => cast(name, tensor.to_vec::<i32>().map_err(wrong)?),
        DType::I64 => cast(name, tensor.to_vec::<i64>().map_err(wrong)?),
        DType::U8 => cast(name, tensor.to_vec::<u8>().map_err(wrong)?),
        DType::U16 => cast(name, tensor.to_vec::<u16>().map_err(wrong)?),
        DType::U32 => cast(name, tensor.to_vec::<u32>().map_err(wrong)?),
        _ => tensor.to_vec::<u64>().map_err(wrong),
    }
}

/// The element of a scalar string.
pub(super) fn text(name: &str, tensor: &Tensor) -> Result<String, ComputeError> {
    tensor.item::<String>().map_err(|error| invalid(name, error.to_string()))
}

/// Makes a table of the tensors of a parameter, which must all have as many elements as the first.
pub(super) fn samples(name: &str, tensors: &[Tensor]) -> Result<Samples, ComputeError> {
    let cols = tensors.first().map_or(0, Tensor::len);
    let values = tensors.len().checked_mul(cols).filter(|&values| values <= MAX_VALUES);
    let Some(values) = values else {
        let rows = tensors.len();
        return Err(invalid(name, format!("{rows} samples of {cols} values exceed the limit of {MAX_VALUES} values")));
    };
    let mut data = Vec::with_capacity(values);
    for (index, tensor) in tensors.iter().enumerate() {
        if tensor.len() != cols {
            let got = tensor.len();
            return Err(invalid(name, format!("sample {index} has {got} values, but the first has {cols}")));
        }
        if tensor.dtype() == DType::F32 {
            let values = tensor.view::<f32>().map_err(|error| invalid(name, error.to_string()))?;
            data.extend_from_slice(&values);
        } else {
            data.extend(floats(name, tensor)?.into_iter().map(|value| value as f32));
        }
    }
    Samples::new(name, tensors.len(), cols, data)
}

/// Makes a tensor of each row.
pub(super) fn tensors(samples: &Samples) -> Result<Vec<Tensor>, TensorError> {
    Tensor::new([samples.rows(), samples.cols()], samples.data())?.rows()
}
