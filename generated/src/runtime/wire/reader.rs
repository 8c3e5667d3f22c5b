//! Reading values from their JSON and the blobs of a frame.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::budget::Budget;
use super::frame::take_blob;
use super::items::{IndexedTensor, IndexedTensorColumn, KeyedBlob, TensorColumn};
use super::wire_error::{Path, Segment, WireError};
use crate::runtime::blob::Blob;
use crate::runtime::error::Failure;
use crate::runtime::text::count;
use crate::tensor::Tensor;

/// A type that can be read from the wire: its JSON is deserialized first, then its blobs are attached.
pub trait FromWire: Sized {
    /// The part that is JSON.
    type Json: DeserializeOwned;

    /// Makes the value from its JSON and the next blobs.
    ///
    /// # Errors
    ///
    /// A blob is missing or malformed.
    fn from_wire(json: Self::Json, blobs: &mut BlobReader) -> Result<Self, WireError>;
}

/// The JSON of a type.
pub type Json<T> = <T as FromWire>::Json;

/// The blobs of a frame, whose lengths have been checked.
#[derive(Debug)]
pub(super) enum Blobs {
    /// The rest of a frame. A list of its blobs could need far more memory than the frame itself.
    Interleaved {
        data: Bytes,
        at: usize,
        left: usize,
    },
    List(std::vec::IntoIter<Blob>),
}

impl Blobs {
    /// The blobs of a response or an event, which follow its JSON, from this position of the data.
    pub(super) fn interleaved(data: Bytes, at: usize) -> Result<Self, Failure> {
        let mut left: usize = 0;
        let mut rest = data.get(at..).unwrap_or_default();
        while !rest.is_empty() {
            take_blob(&mut rest, left)?;
            left = left.saturating_add(1);
        }
        Ok(Self::Interleaved { data, at, left })
    }

    pub(super) fn list(blobs: Vec<Blob>) -> Self {
        Self::List(blobs.into_iter())
    }

    pub(super) fn left(&self) -> usize {
        match self {
            Self::Interleaved { left, .. } => *left,
            Self::List(blobs) => blobs.len(),
        }
    }

    fn next(&mut self) -> Option<Blob> {
        match self {
            Self::Interleaved { .. } => self.next_bytes().map(Blob::from),
            Self::List(blobs) => blobs.next(),
        }
    }

    /// The next blob, if it is in memory.
    #[inline]
    pub(super) fn next_bytes(&mut self) -> Option<Bytes> {
        match self {
            Self::Interleaved { data, at, left } => {
                *left = left.checked_sub(1)?;
                let mut rest = data.get(*at..)?;
                let blob = take_blob(&mut rest, 0).ok()?;
                *at = data.len().saturating_sub(rest.len());
                Some(data.slice_ref(blob))
            }
            Self::List(blobs) => blobs.next()?.into_bytes().ok(),
        }
    }
}

/// Reads the blobs of a frame in their order.
///
/// # Errors
///
/// Its functions return an error if a blob is missing or malformed, or if the JSON does not match the number of blobs.
#[derive(Debug)]
pub struct BlobReader {
    blobs: Blobs,
    taken: usize,
    path: Path,
    root_names: Option<Vec<String>>,
    budget: Budget,
}

impl BlobReader {
    /// A reader of the blobs of a frame, with what its JSON has left of the budget.
    pub(super) fn new(blobs: Blobs, budget: Budget) -> Self {
        Self { blobs, taken: 0, path: Path::default(), root_names: None, budget }
    }

    /// Makes a value from its JSON and all blobs.
    pub(super) fn read<T: FromWire>(mut self, json: T::Json) -> Result<T, WireError> {
        let value = T::from_wire(json, &mut self)?;
        match self.blobs.left() {
            0 => Ok(value),
            left => {
                let (there, wanted) = (count(self.taken.saturating_add(left), "blob"), self.taken);
                Err(WireError::new("", format!("the frame has {there}, but its JSON has places for {wanted}")))
            }
        }
    }

    /// Reads a property that has blobs.
    pub fn nested<T: FromWire>(&mut self, name: &'static str, json: T::Json) -> Result<T, WireError> {
        self.within(Segment::Field(name), |blobs| {
            // It may be in a box.
            blobs.charge(&[], size_of::<T>())?;
            T::from_wire(json, blobs)
        })
    }

    /// Reads a blob of bytes.
    pub fn bytes(&mut self, name: &'static str) -> Result<Blob, WireError> {
        self.take(&[Segment::Field(name)])
    }

    /// Reads a blob of one tensor.
    pub fn tensor(&mut self, name: &'static str) -> Result<Tensor, WireError> {
        self.one_tensor(&[Segment::Field(name)])
    }

    /// Reads a blob of any number of consecutive tensors.
    pub fn tensors(&mut self, name: &'static str) -> Result<Vec<Tensor>, WireError> {
        self.within(Segment::Field(name), Self::tensors_here)
    }

    /// Reads a blob of any number of consecutive tensors, which is the whole value.
    pub fn tensors_here(&mut self) -> Result<Vec<Tensor>, WireError> {
        let blob = self.take_bytes(&[])?;
        let tensors = Tensor::decode_within(blob, |bytes| self.charge(&[], bytes))?;
        tensors.map_err(|error| self.malformed(&[], error))
    }

    /// Reads a blob for each name.
    pub fn keyed<T: KeyedBlob>(&mut self, name: &'static str, names: Vec<String>) -> Result<Vec<T>, WireError> {
        self.check(names.len(), name)?;
        let mut items = self.vec(&[Segment::Field(name)], names.len())?;
        for (index, key) in names.into_iter().enumerate() {
            let data = self.take(&[Segment::Field(name), Segment::Index(index), Segment::Field(T::DATA)])?;
            items.push(T::from_parts(key, data));
        }
        Ok(items)
    }

    /// Reads a blob for each name of the list at the root.
    pub fn keyed_at_root<T: KeyedBlob>(&mut self, name: &'static str) -> Result<Vec<T>, WireError> {
        match self.root_names.take() {
            Some(names) => self.keyed(name, names),
            None => Err(self.error(&[Segment::Field(name)], "the list of names at the root is missing")),
        }
    }

    /// Sets the list of names at the root.
    pub fn root_names(&mut self, names: Option<Vec<String>>) {
        self.root_names = names;
    }

    /// Reads a blob for each name and entry: the first entry of each name, then the second of each.
    pub fn entries<T: TensorColumn>(&mut self, name: &'static str, keys: Vec<String>) -> Result<Vec<T>, WireError> {
        let left = self.blobs.left();
        let entries = left.checked_div(keys.len()).unwrap_or(0);
        if entries.saturating_mul(keys.len()) != left {
            let message =
                format!("has {}, which is no multiple of its {}", count(left, "blob"), count(keys.len(), "key"));
            return Err(self.error(&[Segment::Field(name)], message));
        }
        self.columns(name, keys, 0..entries, |tensor, _| tensor, T::from_parts)
    }

    /// Reads a blob for each name and index: the first index of each name, then the second of each.
    pub fn indexed_entries<T: IndexedTensorColumn>(
        &mut self,
        name: &'static str,
        keys: Vec<String>,
        indexes: Vec<u32>,
    ) -> Result<Vec<T>, WireError> {
        self.check(keys.len().saturating_mul(indexes.len()), name)?;
        let cell = |tensor, index| T::Cell::from_parts(index, tensor);
        self.columns(name, keys, indexes.into_iter(), cell, T::from_parts)
    }

    /// Reads at a deeper path.
    pub(super) fn within<T>(
        &mut self,
        segment: Segment,
        read: impl FnOnce(&mut Self) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        self.path.push(segment);
        let value = read(self)?;
        self.path.pop();
        Ok(value)
    }

    /// An empty vector with space for this number of items.
    pub(super) fn vec<T>(&self, at: &[Segment], len: usize) -> Result<Vec<T>, WireError> {
        self.charge(at, len.saturating_mul(size_of::<T>()))?;
        Ok(Vec::with_capacity(len))
    }

    fn columns<I: Copy, C, T>(
        &mut self,
        name: &'static str,
        keys: Vec<String>,
        entries: impl ExactSizeIterator<Item = I>,
        cell: impl Fn(Tensor, I) -> C,
        column: impl Fn(String, Vec<C>) -> T,
    ) -> Result<Vec<T>, WireError> {
        let at = [Segment::Field(name)];
        let mut columns = self.vec(&at, keys.len())?;
        for _ in 0..keys.len() {
            columns.push(self.vec(&at, entries.len())?);
        }
        for entry in entries {
            for (key, column) in columns.iter_mut().enumerate() {
                let tensor = self.one_tensor(&[Segment::Field(name), Segment::Index(key)])?;
                column.push(cell(tensor, entry));
            }
        }
        let mut named = self.vec(&at, keys.len())?;
        named.extend(keys.into_iter().zip(columns).map(|(key, data)| column(key, data)));
        Ok(named)
    }

    fn one_tensor(&mut self, at: &[Segment]) -> Result<Tensor, WireError> {
        let blob = self.take_bytes(at)?;
        let tensor = Tensor::decode(blob).map_err(|error| self.malformed(at, error))?;
        self.charge(at, tensor.shape_memory())?;
        Ok(tensor)
    }

    fn charge(&self, at: &[Segment], bytes: usize) -> Result<(), WireError> {
        self.budget.charge(bytes).map_err(|error| self.error(at, error.to_string()))
    }

    /// Fails if fewer blobs are left, before anything is allocated for them: their number may be far larger than the
    /// frame.
    fn check(&self, wanted: usize, name: &'static str) -> Result<(), WireError> {
        let left = self.blobs.left();
        if wanted <= left {
            return Ok(());
        }
        let message = format!("needs {}, but the frame has {left} left", count(wanted, "blob"));
        Err(self.error(&[Segment::Field(name)], message))
    }

    fn take(&mut self, at: &[Segment]) -> Result<Blob, WireError> {
        let blob = self.blobs.next().ok_or_else(|| self.missing(at))?;
        self.taken = self.taken.saturating_add(1);
        Ok(blob)
    }

    #[inline]
    fn take_bytes(&mut self, at: &[Segment]) -> Result<Bytes, WireError> {
        let blob = self.blobs.next_bytes().ok_or_else(|| self.missing(at))?;
        self.taken = self.taken.saturating_add(1);
        Ok(blob)
    }

    fn missing(&self, at: &[Segment]) -> WireError {
        self.error(at, format!("blob is missing: the frame has {}", count(self.taken, "blob")))
    }

    fn malformed(&self, at: &[Segment], error: impl std::fmt::Display) -> WireError {
        self.error(at, format!("blob {}: {error}", self.taken.saturating_sub(1)))
    }

    fn error(&self, at: &[Segment], message: impl Into<String>) -> WireError {
        WireError::new(self.path.text(at), message)
    }
}
