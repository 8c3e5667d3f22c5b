//! What formats share that hold numbers and booleans by name.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::path::Path;

use bytes::Bytes;

use super::InterchangeError;
use crate::tensor::{DType, Tensor};

/// What has a counterpart in these formats.
pub(super) const EXPECTED: &str = "numbers or booleans: f32, f64, i8 to i64, u8 to u64, boolean";

/// The bytes of numbers and booleans, where true is always 1; they are not copied unless a boolean has to be changed.
pub(super) fn plain(tensor: &Tensor) -> Result<Bytes, InterchangeError> {
    match tensor.bytes() {
        Some(bytes) if tensor.dtype() == DType::Boolean && bytes.iter().any(|byte| *byte > 1) => {
            Ok(bytes.iter().map(|byte| u8::from(*byte != 0)).collect())
        }
        Some(bytes) => Ok(bytes.clone()),
        None => Err(InterchangeError::unsupported(tensor, EXPECTED)),
    }
}

/// Tensors in the order of their names, each of which there is once.
pub(super) fn sorted<N, T>(
    tensors: impl IntoIterator<Item = (N, T)>,
    is_allowed: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, Tensor>, InterchangeError>
where
    N: Into<String>,
    T: Borrow<Tensor>,
{
    let mut sorted = BTreeMap::new();
    for (name, tensor) in tensors {
        let name = name.into();
        if !is_allowed(&name) || sorted.contains_key(&name) {
            return Err(InterchangeError::Name { name });
        }
        sorted.insert(name, tensor.borrow().clone());
    }
    Ok(sorted)
}

/// A whole file.
pub(super) fn read_file(path: &Path) -> Result<Bytes, InterchangeError> {
    std::fs::read(path).map(Bytes::from).map_err(InterchangeError::file(path))
}
