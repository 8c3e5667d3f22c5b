//! Items of lists with names and indexes in the JSON, and bytes in blobs.

use crate::runtime::blob::Blob;
use crate::tensor::Tensor;

/// An item of a list with its name in the JSON and its bytes in a blob.
pub trait KeyedBlob: Sized {
    /// The property with the name.
    const KEY: &'static str;
    /// The property with the bytes.
    const DATA: &'static str;

    /// The name and the bytes.
    fn parts(&self) -> (&str, &Blob);

    /// Makes an item from its parts.
    fn from_parts(key: String, data: Blob) -> Self;
}

/// A column of tensors, one for each entry, with its name in the JSON and each tensor in a blob.
pub trait TensorColumn: Sized {
    /// The property with the name.
    const KEY: &'static str;
    /// The property with the tensors.
    const DATA: &'static str;

    /// The name and the tensors.
    fn parts(&self) -> (&str, &[Tensor]);

    /// Makes a column from its parts.
    fn from_parts(key: String, data: Vec<Tensor>) -> Self;
}

/// A column of tensors with indexes, which all columns share.
pub trait IndexedTensorColumn: Sized {
    /// A tensor with its index.
    type Cell: IndexedTensor;
    /// The property with the name.
    const KEY: &'static str;
    /// The property with the cells.
    const DATA: &'static str;

    /// The name and the cells.
    fn parts(&self) -> (&str, &[Self::Cell]);

    /// Makes a column from its parts.
    fn from_parts(key: String, data: Vec<Self::Cell>) -> Self;
}

/// A tensor with the index of its entry.
pub trait IndexedTensor: Sized {
    /// The index and the tensor.
    fn parts(&self) -> (u32, &Tensor);

    /// Makes a cell from its parts.
    fn from_parts(index: u32, data: Tensor) -> Self;
}
