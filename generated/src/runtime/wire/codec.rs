//! The codec of types that hold nothing but JSON, and of options, lists and base64 text.

use bytes::Bytes;
use serde::de;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::Serialize;

use super::reader::{BlobReader, FromWire};
use super::wire_error::{Segment, WireError};
use super::writer::{FrameWriter, ToWire};
use crate::runtime::blob::{Base64, notation};

/// A type that travels in the JSON as a whole, as serde writes it.
pub trait PlainJson: Serialize + DeserializeOwned {}

/// Marks types as [`PlainJson`](crate::runtime::PlainJson).
#[macro_export]
macro_rules! plain_json {
    ($($name:ident),* $(,)?) => {
        $(impl $crate::runtime::PlainJson for $name {})*
    };
}

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
