//! Lists whose names and indexes stand in the JSON, and whose bytes travel in blobs.

use crate::runtime::blob::Blob;
use crate::tensor::Tensor;

/// An item of a list whose names stand in the JSON and whose bytes travel in a blob each.
pub trait KeyedBlob: Sized {
    /// The property with the name.
    const KEY: &'static str;
    /// The property with the bytes.
    const DATA: &'static str;

    /// The name and the bytes.
    fn parts(&self) -> (&str, &Blob);

    /// The item with these parts.
    fn from_parts(key: String, data: Blob) -> Self;
}

/// A name and the tensors under it, one for each entry. The names stand in the JSON, each tensor travels in a blob.
pub trait TensorColumn: Sized {
    /// The property with the name.
    const KEY: &'static str;
    /// The property with the tensors.
    const DATA: &'static str;

    /// The name and the tensors.
    fn parts(&self) -> (&str, &[Tensor]);

    /// The column with these parts.
    fn from_parts(key: String, data: Vec<Tensor>) -> Self;
}

/// The same with the index of each entry, which all columns share.
pub trait IndexedTensorColumn: Sized {
    /// A tensor with its index.
    type Cell: IndexedTensor;
    /// The property with the name.
    const KEY: &'static str;
    /// The property with the cells.
    const DATA: &'static str;

    /// The name and the cells.
    fn parts(&self) -> (&str, &[Self::Cell]);

    /// The column with these parts.
    fn from_parts(key: String, data: Vec<Self::Cell>) -> Self;
}

/// A tensor with the index of its entry.
pub trait IndexedTensor: Sized {
    /// The index and the tensor.
    fn parts(&self) -> (u32, &Tensor);

    /// The cell with these parts.
    fn from_parts(index: u32, data: Tensor) -> Self;
}
