//! What generated code implements for the types of requests, responses and events.

use bytes::Bytes;
use serde::de;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::Serialize;

use super::path::Segment;
use super::reader::BlobReader;
use super::wire_error::WireError;
use super::writer::FrameWriter;
use crate::runtime::blob::{Base64, Blob, notation};
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

/// A type that travels in the JSON as a whole, as serde writes it.
pub trait PlainJson: Serialize + DeserializeOwned {}

impl<T: PlainJson> ToWire for T {
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError> {
        frame.value(self)
    }
}

impl<T: PlainJson> FromWire for T {
    type Json = T;

    fn from_wire(json: T, _: &mut BlobReader) -> Result<Self, WireError> {
        Ok(json)
    }
}

impl<T: ToWire> ToWire for Option<T> {
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError> {
        self.as_ref().map_or(Ok(()), |value| value.to_wire(frame))
    }
}

impl<T: FromWire> FromWire for Option<T> {
    type Json = Option<T::Json>;

    fn from_wire(json: Self::Json, blobs: &mut BlobReader) -> Result<Self, WireError> {
        json.map(|json| T::from_wire(json, blobs)).transpose()
    }
}

impl<T: ToWire> ToWire for Vec<T> {
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError> {
        frame.list(self)
    }
}

impl<T: FromWire> FromWire for Vec<T> {
    type Json = Vec<T::Json>;

    fn from_wire(json: Self::Json, blobs: &mut BlobReader) -> Result<Self, WireError> {
        let items = json.into_iter().enumerate();
        items.map(|(index, json)| blobs.within(Segment::Index(index), |blobs| T::from_wire(json, blobs))).collect()
    }
}

impl ToWire for Base64 {
    fn to_wire(&self, frame: &mut FrameWriter) -> Result<(), WireError> {
        frame.value(&notation::encode(self.as_bytes()))
    }
}

impl FromWire for Base64 {
    type Json = Base64Text;

    fn from_wire(json: Base64Text, _: &mut BlobReader) -> Result<Self, WireError> {
        Ok(json.0.into())
    }
}

/// Bytes that were read from base64 text.
#[derive(Debug)]
pub struct Base64Text(Bytes);

impl<'de> Deserialize<'de> for Base64Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Base64Text;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("base64 text")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Base64Text, E> {
                notation::decode(text).map(Base64Text)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

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
