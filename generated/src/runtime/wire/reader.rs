//! Reading the blobs of a frame into the places that the JSON leaves for them.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::frame::take_blob;
use super::items::{IndexedTensor, IndexedTensorColumn, KeyedBlob, TensorColumn};
use super::wire_error::{Path, Segment, WireError};
use crate::runtime::blob::Blob;
use crate::runtime::error::Failure;
use crate::runtime::text::count;
use crate::tensor::Tensor;

/// A type that can be read from the wire: its JSON is read first, then its blobs are attached.
pub trait FromWire: Sized {
    /// What stands in the JSON.
    type Json: DeserializeOwned;

    /// Makes the value of its JSON and the next blobs.
    ///
    /// # Errors
    ///
    /// A blob is missing or malformed.
    fn from_wire(json: Self::Json, blobs: &mut BlobReader) -> Result<Self, WireError>;
}

/// What stands in the JSON for a type.
pub type Json<T> = <T as FromWire>::Json;

/// Blobs that arrived, whose number and lengths have been checked.
#[derive(Debug)]
pub(super) struct Blobs {
    left: usize,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// Lengths and data by turns, and how many bytes have been taken. A list of blobs could need far more memory than the
    /// frame itself.
    Interleaved {
        data: Bytes,
        at: usize,
    },
    #[cfg(any(feature = "server", feature = "dynamic"))]
    List(std::vec::IntoIter<Bytes>),
    Files(std::vec::IntoIter<Blob>),
}

impl Blobs {
    /// The blobs of a response or an event, which stand behind its JSON: from this place of the data.
    pub(super) fn interleaved(data: Bytes, at: usize) -> Result<Self, Failure> {
        let mut left: usize = 0;
        let mut rest = data.get(at..).unwrap_or_default();
        while !rest.is_empty() {
            take_blob(&mut rest, left)?;
            left = left.saturating_add(1);
        }
        Ok(Self { left, source: Source::Interleaved { data, at } })
    }

    #[cfg(any(feature = "server", feature = "dynamic"))]
    pub(super) fn list(blobs: Vec<Bytes>) -> Self {
        Self { left: blobs.len(), source: Source::List(blobs.into_iter()) }
    }

    /// The blobs of a response that were written to files while it arrived.
    pub(super) fn files(blobs: Vec<Blob>) -> Self {
        Self { left: blobs.len(), source: Source::Files(blobs.into_iter()) }
    }

    pub(super) fn left(&self) -> usize {
        self.left
    }

    pub(super) fn next(&mut self) -> Option<Blob> {
        match &mut self.source {
            Source::Files(blobs) => {
                self.left = self.left.saturating_sub(1);
                blobs.next()
            }
            _ => self.next_bytes().map(Blob::from),
        }
    }

    /// The next blob, if it is in memory.
    #[inline]
    pub(super) fn next_bytes(&mut self) -> Option<Bytes> {
        self.left = self.left.checked_sub(1)?;
        match &mut self.source {
            Source::Interleaved { data, at } => {
                let mut rest = data.get(*at..)?;
                let blob = take_blob(&mut rest, 0).ok()?;
                *at = data.len().saturating_sub(rest.len());
                Some(data.slice_ref(blob))
            }
            #[cfg(any(feature = "server", feature = "dynamic"))]
            Source::List(blobs) => blobs.next(),
            Source::Files(blobs) => blobs.next().map(Blob::into_bytes),
        }
    }
}

/// Gives out the blobs of a frame, one after the other.
#[derive(Debug)]
pub struct BlobReader {
    blobs: Blobs,
    taken: usize,
    path: Path,
    root_names: Option<Vec<String>>,
}

impl BlobReader {
    pub(super) fn new(blobs: Blobs) -> Self {
        Self { blobs, taken: 0, path: Path::default(), root_names: None }
    }

    /// Makes a value of its JSON and of all blobs.
    pub(super) fn read<T: FromWire>(mut self, json: T::Json) -> Result<T, WireError> {
        let value = T::from_wire(json, &mut self)?;
        match self.blobs.left() {
            0 => Ok(value),
            left => {
                let (there, wanted) = (count(self.taken.saturating_add(left), "blob"), self.taken);
                Err(WireError::new("", format!("the frame has {there}, and its JSON has places for {wanted}")))
            }
        }
    }

    /// Reads a property that has blobs.
    ///
    /// # Errors
    ///
    /// A blob is missing or malformed.
    pub fn nested<T: FromWire>(&mut self, name: &'static str, json: T::Json) -> Result<T, WireError> {
        self.within(Segment::Field(name), |blobs| T::from_wire(json, blobs))
    }

    /// Takes a blob of bytes.
    ///
    /// # Errors
    ///
    /// It is missing.
    pub fn bytes(&mut self, name: &'static str) -> Result<Blob, WireError> {
        self.take(&[Segment::Field(name)])
    }

    /// Takes a blob of one tensor.
    ///
    /// # Errors
    ///
    /// It is missing or malformed.
    pub fn tensor(&mut self, name: &'static str) -> Result<Tensor, WireError> {
        self.one_tensor(&[Segment::Field(name)])
    }

    /// Takes a blob of any number of tensors, back to back.
    ///
    /// # Errors
    ///
    /// It is missing or malformed.
    pub fn tensors(&mut self, name: &'static str) -> Result<Vec<Tensor>, WireError> {
        self.within(Segment::Field(name), Self::tensors_here)
    }

    /// The same for the value that is being read.
    ///
    /// # Errors
    ///
    /// Those of [`tensors`](Self::tensors).
    pub fn tensors_here(&mut self) -> Result<Vec<Tensor>, WireError> {
        let blob = self.take_bytes(&[])?;
        Tensor::decode_many(blob).map_err(|error| self.malformed(&[], error))
    }

    /// Takes a blob for each of these names.
    ///
    /// # Errors
    ///
    /// One is missing.
    pub fn keyed<T: KeyedBlob>(&mut self, name: &'static str, names: Vec<String>) -> Result<Vec<T>, WireError> {
        self.check(names.len(), name)?;
        let items = names.into_iter().enumerate().map(|(index, key)| {
            let data = self.take(&[Segment::Field(name), Segment::Index(index), Segment::Field(T::DATA)])?;
            Ok(T::from_parts(key, data))
        });
        items.collect()
    }

    /// Takes a blob for each of the names at the root.
    ///
    /// # Errors
    ///
    /// There are no names, or a blob is missing.
    pub fn keyed_at_root<T: KeyedBlob>(&mut self, name: &'static str) -> Result<Vec<T>, WireError> {
        match self.root_names.take() {
            Some(names) => self.keyed(name, names),
            None => Err(self.error(&[Segment::Field(name)], "the list of names at the root is missing")),
        }
    }

    /// Remembers the names of blobs that belong deeper.
    pub fn root_names(&mut self, names: Option<Vec<String>>) {
        self.root_names = names;
    }

    /// Takes a blob for each name and entry: the first entry of each name, then the second of each.
    ///
    /// # Errors
    ///
    /// The names do not share the blobs evenly, or a tensor is malformed.
    pub fn entries<T: TensorColumn>(&mut self, name: &'static str, keys: Vec<String>) -> Result<Vec<T>, WireError> {
        let left = self.blobs.left();
        let entries = left.checked_div(keys.len()).unwrap_or(0);
        if entries.saturating_mul(keys.len()) != left {
            let message =
                format!("has {}, which {} do not share evenly", count(left, "blob"), count(keys.len(), "key"));
            return Err(self.error(&[Segment::Field(name)], message));
        }
        let columns = self.columns(name, keys.len(), 0..entries, |tensor, _| tensor)?;
        Ok(keys.into_iter().zip(columns).map(|(key, data)| T::from_parts(key, data)).collect())
    }

    /// Takes a blob for each name and index: the first index of each name, then the second of each.
    ///
    /// # Errors
    ///
    /// There are fewer blobs, or a tensor is malformed.
    pub fn indexed_entries<T: IndexedTensorColumn>(
        &mut self,
        name: &'static str,
        keys: Vec<String>,
        indexes: Vec<u32>,
    ) -> Result<Vec<T>, WireError> {
        self.check(keys.len().saturating_mul(indexes.len()), name)?;
        let cell = |tensor, index| T::Cell::from_parts(index, tensor);
        let columns = self.columns(name, keys.len(), indexes.into_iter(), cell)?;
        Ok(keys.into_iter().zip(columns).map(|(key, data)| T::from_parts(key, data)).collect())
    }

    /// Reads what stands deeper.
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

    fn columns<I, C>(
        &mut self,
        name: &'static str,
        keys: usize,
        entries: impl ExactSizeIterator<Item = I>,
        cell: impl Fn(Tensor, I) -> C,
    ) -> Result<Vec<Vec<C>>, WireError>
    where
        I: Copy,
    {
        let mut columns: Vec<Vec<C>> = (0..keys).map(|_| Vec::with_capacity(entries.len())).collect();
        for entry in entries {
            for (key, column) in columns.iter_mut().enumerate() {
                let tensor = self.one_tensor(&[Segment::Field(name), Segment::Index(key)])?;
                column.push(cell(tensor, entry));
            }
        }
        Ok(columns)
    }

    fn one_tensor(&mut self, at: &[Segment]) -> Result<Tensor, WireError> {
        let blob = self.take_bytes(at)?;
        Tensor::decode(blob).map_err(|error| self.malformed(at, error))
    }

    /// Fails unless so many blobs are left: nothing is built for blobs that are not there, whose number may be far
    /// larger than the frame.
    fn check(&self, wanted: usize, name: &'static str) -> Result<(), WireError> {
        let left = self.blobs.left();
        if wanted <= left {
            return Ok(());
        }
        let message = format!("needs {}, and the frame has {left} left", count(wanted, "blob"));
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
        self.error(at, format!("its blob is missing: the frame has {}", count(self.taken, "blob")))
    }

    fn malformed(&self, at: &[Segment], error: impl std::fmt::Display) -> WireError {
        self.error(at, format!("blob {}: {error}", self.taken.saturating_sub(1)))
    }

    fn error(&self, at: &[Segment], message: impl Into<String>) -> WireError {
        WireError::new(self.path.text(at), message)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::Blobs;
    use crate::runtime::wire::ResponseFrame;
    use crate::runtime::wire::frame::take_json;

    #[test]
    fn a_response_cut_anywhere_is_an_error() {
        let blobs = [0, 300, 70_000].map(|size| Bytes::from(vec![7; size]));
        let whole = ResponseFrame::of_parts(&Bytes::from_static(b"{}"), &blobs).to_bytes();
        let read = |mut response: Bytes| {
            take_json(&mut response)?;
            Blobs::interleaved(response, 0)
        };
        let mut blobs = read(whole.clone()).unwrap();
        assert_eq!(blobs.left(), 3);
        assert_eq!(blobs.next().unwrap().len(), 0);
        assert_eq!(blobs.next().unwrap().len(), 300);
        assert_eq!(blobs.next().unwrap().len(), 70_000);
        assert!(blobs.next().is_none());
        // A cut between blobs is a frame with fewer of them.
        let between = [3, 4, 4 + 3 + 300, whole.len()];
        for end in (0..400).chain(whole.len() - 10..whole.len()).filter(|end| !between.contains(end)) {
            assert!(read(whole.slice(..end)).is_err(), "{end}");
        }
    }
}
