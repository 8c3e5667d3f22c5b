//! Writing the JSON and the blobs of requests, responses and events in one pass.

use serde::Serialize;

use super::blobs::{BlobWriter, Layout};
use super::finite::{Nulls, not_finite};
use super::frame::RequestFrame;
use super::wire_error::{Path, Segment, WireError, join_paths};
use crate::runtime::blob::{Blob, Sourced};
use crate::runtime::error::Failure;
use crate::tensor::Tensor;

/// A type that can be written to the wire, as JSON and blobs.
pub trait ToWire {
    /// Writes the JSON of the value, and adds its blobs in the order of the wire. A value without JSON writes none.
    ///
    /// # Errors
    ///
    /// The value cannot be represented on the wire.
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError>;
}

/// The most blobs of a request: their number is one byte.
pub(super) const MAX_BLOBS: usize = 255;

/// Writes the JSON and the blobs of a value.
///
/// # Errors
///
/// Its functions return an error if a value cannot be represented on the wire.
#[derive(Debug)]
pub struct FrameWriter {
    pub(super) json: Vec<u8>,
    pub(super) blobs: BlobWriter,
    /// The path of the first blob beyond the limit.
    surplus: Option<String>,
    pub(super) path: Path,
    /// The tag of the object that is written next.
    pub(super) tag: Option<(&'static str, &'static str)>,
    /// The names of blobs of a deeper value, which are written at the root.
    pub(super) root_names: Option<Vec<String>>,
}

impl FrameWriter {
    /// A writer whose JSON begins with a prefix.
    pub(super) fn new(layout: Layout, prefix: &[u8]) -> Self {
        let mut json = Vec::with_capacity(256);
        json.extend_from_slice(prefix);
        let (blobs, path) = (BlobWriter::new(layout), Path::default());
        Self { json, blobs, surplus: None, path, tag: None, root_names: None }
    }

    pub(super) fn write(mut self, value: &impl ToWire) -> Result<(Vec<u8>, BlobWriter), Failure> {
        value.to_wire(&mut self).map_err(WireError::invalid)?;
        match self.surplus {
            None => Ok((self.json, self.blobs)),
            Some(path) => {
                let number = self.blobs.count();
                let reason =
                    format!("the request has {number} blobs, but may have at most {MAX_BLOBS}; send less at a time");
                Err(Failure::invalid(path, reason))
            }
        }
    }

    /// Writes a value without blobs.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        let mut nulls = Nulls::default();
        let mut serializer = serde_json::Serializer::with_formatter(&mut self.json, &mut nulls);
        if let Err(error) = value.serialize(&mut serializer) {
            return Err(self.error(&[], format!("cannot be serialized as JSON: {error}")));
        }
        match nulls.found.then(|| not_finite(value)).flatten() {
            Some((inner, number)) => {
                let path = join_paths(&self.path.text(&[]), &inner);
                Err(WireError::new(path, format!("{number} is no number that JSON can represent; it must be finite")))
            }
            None => Ok(()),
        }
    }

    /// Writes an object that begins with its tag.
    pub fn tagged<T: ToWire>(
        &mut self,
        property: &'static str,
        tag: &'static str,
        content: &T,
    ) -> Result<(), WireError> {
        self.tag = Some((property, tag));
        content.to_wire(self)
    }

    /// Adds a blob with all of these tensors. Nothing is written to the JSON.
    pub fn tensors(&mut self, tensors: &[Tensor]) -> Result<(), WireError> {
        self.count_blob(&[]);
        self.blobs.tensors(tensors);
        Ok(())
    }

    pub(super) fn list<T: ToWire>(&mut self, items: &[T]) -> Result<(), WireError> {
        self.json.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.json.push(b',');
            }
            self.within(Segment::Index(index), |frame| item.to_wire(frame))?;
        }
        self.json.push(b']');
        Ok(())
    }

    /// Writes at a deeper path.
    pub(super) fn within(
        &mut self,
        segment: Segment,
        write: impl FnOnce(&mut Self) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        self.path.push(segment);
        write(self)?;
        self.path.pop();
        Ok(())
    }

    pub(super) fn is_request(&self) -> bool {
        self.blobs.layout == Layout::Request
    }

    pub(super) fn blob(&mut self, blob: &Blob, at: &[Segment]) -> Result<(), WireError> {
        self.count_blob(at);
        let Some(source) = &blob.source else {
            self.blobs.bytes(&blob.bytes);
            return Ok(());
        };
        let Ok(len) = usize::try_from(source.len()) else {
            return Err(self.error(at, "it is too large for this platform"));
        };
        self.blobs.source(Sourced { source: source.clone(), path: self.path.text(at).into() }, len);
        Ok(())
    }

    /// Records the path of the first blob beyond the limit; those that follow are counted.
    pub(super) fn count_blob(&mut self, at: &[Segment]) {
        if self.surplus.is_none() && self.is_request() && self.blobs.count() >= MAX_BLOBS {
            self.surplus = Some(self.path.text(at));
        }
    }

    pub(super) fn error(&self, at: &[Segment], message: impl Into<String>) -> WireError {
        WireError::new(self.path.text(at), message)
    }
}

/// The frame of a request.
pub(crate) fn write_request(request: &impl ToWire) -> Result<RequestFrame, Failure> {
    let (json, blobs) = FrameWriter::new(Layout::Request, b"").write(request)?;
    Ok(RequestFrame::new(json, blobs))
}
