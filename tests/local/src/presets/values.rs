//! Numbers and texts out of tensors of any fitting type.

use decthings::{DType, Tensor, TensorError};

use crate::compute::ComputeError;

pub(super) fn bad(name: &str, reason: impl Into<String>) -> ComputeError {
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
    read().map_err(|error| bad(name, error.to_string()))
}

/// All elements as integers that are not negative.
pub(super) fn integers(name: &str, tensor: &Tensor) -> Result<Vec<u64>, ComputeError> {
    fn cast<T: TryInto<u64>>(name: &str, values: Vec<T>) -> Result<Vec<u64>, ComputeError> {
        let one = |value: T| value.try_into().map_err(|_| bad(name, "must not be negative"));
        values.into_iter().map(one).collect()
    }
    let wrong = |error: TensorError| bad(name, error.to_string());
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
    tensor.item::<String>().map_err(|error| bad(name, error.to_string()))
}
