//! Writing a request, a response or an event: its JSON and its blobs in one go.

use serde::Serialize;

use super::blobs::{BlobWriter, Layout};
use super::finite::{Nulls, not_finite};
use super::frame::RequestFrame;
use super::wire_error::{Path, Segment, WireError, join_paths};
use crate::runtime::blob::{Blob, Sourced};
use crate::runtime::error::Failure;
use crate::tensor::Tensor;

/// A type that can be written to the wire: what goes into the JSON, and what travels beside it in blobs.
pub trait ToWire {
    /// Writes the value's JSON, and adds its blobs in the wire's order. A value that is left out of the JSON writes
    /// nothing.
    ///
    /// # Errors
    ///
    /// The wire has no form for the value.
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError>;
}

/// The most blobs that a request holds: their number is one byte.
pub(super) const MOST_BLOBS: usize = 255;

/// Takes the JSON and the blobs of a value.
#[derive(Debug)]
pub struct FrameWriter {
    pub(super) json: Vec<u8>,
    pub(super) blobs: BlobWriter,
    pub(super) most_blobs: usize,
    /// Where the first blob came from that is too many.
    surplus: Option<String>,
    pub(super) path: Path,
    /// The tag of the object that is written next.
    pub(super) tag: Option<(&'static str, &'static str)>,
    /// Names that are written at the root, of blobs that belong deeper.
    pub(super) root_names: Option<Vec<String>>,
}

impl FrameWriter {
    /// Writes what begins with this JSON.
    pub(super) fn new(layout: Layout, begin: &[u8]) -> Self {
        let mut json = Vec::with_capacity(256);
        json.extend_from_slice(begin);
        let most_blobs = if layout == Layout::Request { MOST_BLOBS } else { usize::MAX };
        let (blobs, path) = (BlobWriter::new(layout), Path::default());
        Self { json, blobs, most_blobs, surplus: None, path, tag: None, root_names: None }
    }

    pub(super) fn write(mut self, value: &impl ToWire) -> Result<(Vec<u8>, BlobWriter), Failure> {
        value.to_wire(&mut self).map_err(WireError::invalid)?;
        match self.surplus {
            None => Ok((self.json, self.blobs)),
            Some(path) => {
                let (made, most) = (self.blobs.count(), self.most_blobs);
                let reason =
                    format!("with it the request makes {made} blobs, and it holds at most {most}; send less at a time");
                Err(Failure::invalid(path, reason))
            }
        }
    }

    /// Writes a value that is all JSON.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON, or holds a number that is not finite.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WireError> {
        let mut nulls = Nulls::default();
        let mut serializer = serde_json::Serializer::with_formatter(&mut self.json, &mut nulls);
        if let Err(error) = value.serialize(&mut serializer) {
            return Err(self.error(&[], format!("cannot be written as JSON: {error}")));
        }
        match nulls.seen.then(|| not_finite(value)).flatten() {
            Some((inner, number)) => {
                let path = join_paths(&self.path.text(&[]), &inner);
                Err(WireError::new(path, format!("{number} is no number that JSON can hold; make it a finite one")))
            }
            None => Ok(()),
        }
    }

    /// Writes an object that begins with its tag.
    ///
    /// # Errors
    ///
    /// Those of the content.
    pub fn tagged<T: ToWire>(
        &mut self,
        property: &'static str,
        tag: &'static str,
        content: &T,
    ) -> Result<(), WireError> {
        self.tag = Some((property, tag));
        content.to_wire(self)
    }

    /// Adds a blob with all of these tensors, back to back; nothing stands in the JSON.
    ///
    /// # Errors
    ///
    /// None; it is the last expression of what writes a value.
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
            self.path.push(Segment::Index(index));
            item.to_wire(self)?;
            self.path.pop();
        }
        self.json.push(b']');
        Ok(())
    }

    pub(super) fn is_request(&self) -> bool {
        self.most_blobs == MOST_BLOBS
    }

    pub(super) fn blob(&mut self, blob: &Blob, at: &[Segment]) -> Result<(), WireError> {
        self.count_blob(at);
        let Some(source) = &blob.source else {
            self.blobs.bytes(&blob.bytes);
            return Ok(());
        };
        let Ok(len) = usize::try_from(source.len()) else {
            return Err(self.error(at, "it has more bytes than this machine can count"));
        };
        self.blobs.source(Sourced { source: source.clone(), path: self.path.text(at).into() }, len);
        Ok(())
    }

    /// Remembers the place of a blob that is too many; the others are still counted.
    pub(super) fn count_blob(&mut self, at: &[Segment]) {
        if self.surplus.is_none() && self.blobs.count() >= self.most_blobs {
            self.surplus = Some(self.path.text(at));
        }
    }

    pub(super) fn error(&self, at: &[Segment], message: impl Into<String>) -> WireError {
        WireError::new(self.path.text(at), message)
    }
}

/// A request in its frame.
pub(crate) fn write_request(request: &impl ToWire) -> Result<RequestFrame, Failure> {
    let (json, blobs) = FrameWriter::new(Layout::Request, b"").write(request)?;
    Ok(RequestFrame::new(json, blobs))
}
