//! `.npy`: an array of NumPy in a file. Needs the feature `npy`.
//!
//! There are numbers and booleans, little-endian or big-endian, row by row or column by column (`fortran_order`).
//! Other types, such as complex numbers, text and objects, have no counterpart.
//!
//! ```
//! use decthings::{Tensor, tensor::npy};
//!
//! let table = Tensor::from([[1.0f32, 2.0], [3.0, 4.0]]);
//! let file = npy::write(&table)?;
//! assert_eq!(npy::read(file.into())?, table);
//!
//! let error = npy::write(&Tensor::from(["a", "b"])).unwrap_err();
//! assert!(error.to_string().starts_with("string elements in shape [2] have no counterpart"));
//! # Ok::<(), decthings::tensor::InterchangeError>(())
//! ```

use std::fs::File;
use std::io::Write;
use std::path::Path;

use bytes::Bytes;

use super::InterchangeError;
use super::named::{plain, read_file as bytes_of};
use super::npy_header::Header;
use crate::tensor::Tensor;

/// Reads a `.npy` file. The tensor shares its memory, if it is little-endian and row by row.
///
/// # Errors
///
/// [`InterchangeError::Malformed`] when it is no such file, [`InterchangeError::Unsupported`] when its elements have no
/// counterpart, [`InterchangeError::Tensor`] when its shape is for another number of elements.
pub fn read(file: Bytes) -> Result<Tensor, InterchangeError> {
    let mut data = file;
    let header = Header::take(&mut data)?;
    let (dtype, is_big_endian) = header.dtype()?;
    let mut tensor = Tensor::from_raw(dtype, &header.shape, data)?;
    let size = dtype.size().unwrap_or(1);
    if header.by_column && header.shape.len() > 1 {
        tensor.payload = row_by_row(&tensor.payload, &header.shape, size).into();
    }
    if is_big_endian && size > 1 {
        let mut bytes = Vec::from(tensor.payload);
        bytes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
        tensor.payload = bytes.into();
    }
    Ok(tensor)
}

/// Reads a `.npy` file from the disk. Blocks.
///
/// # Errors
///
/// As for [`read`], or [`InterchangeError::File`].
pub fn read_file(path: impl AsRef<Path>) -> Result<Tensor, InterchangeError> {
    read(bytes_of(path.as_ref())?)
}

/// Writes a `.npy` file.
///
/// # Errors
///
/// [`InterchangeError::Unsupported`] when the elements are neither numbers nor booleans.
pub fn write(tensor: &Tensor) -> Result<Vec<u8>, InterchangeError> {
    let data = plain(tensor)?;
    let mut file = Header::write(tensor)?;
    file.reserve_exact(data.len());
    file.extend_from_slice(&data);
    Ok(file)
}

/// Writes a `.npy` file to the disk. Blocks. A file that is there is replaced.
///
/// # Errors
///
/// As for [`write()`], or [`InterchangeError::File`].
pub fn write_file(path: impl AsRef<Path>, tensor: &Tensor) -> Result<(), InterchangeError> {
    let (header, data, path) = (Header::write(tensor)?, plain(tensor)?, path.as_ref());
    let write = |mut file: File| {
        file.write_all(&header)?;
        file.write_all(&data)
    };
    File::create(path).and_then(write).map_err(InterchangeError::file(path))
}

/// Puts elements of some size, which lie column by column, row by row.
fn row_by_row(data: &[u8], shape: &[usize], size: usize) -> Vec<u8> {
    // For each dimension, where in it we are, how long it is, and how far apart its neighbours lie.
    let mut stride = size;
    let mut axes: Vec<(usize, usize, usize)> = Vec::with_capacity(shape.len());
    for len in shape {
        axes.push((0, *len, stride));
        stride = stride.saturating_mul(*len);
    }
    let mut rows = Vec::with_capacity(data.len());
    let mut at = 0usize;
    while rows.len() < data.len() {
        rows.extend_from_slice(data.get(at..at.saturating_add(size)).unwrap_or_default());
        for (index, len, stride) in axes.iter_mut().rev() {
            *index = index.saturating_add(1);
            at = at.saturating_add(*stride);
            if *index < *len {
                break;
            }
            at = at.saturating_sub(len.saturating_mul(*stride));
            *index = 0;
        }
    }
    rows
}
