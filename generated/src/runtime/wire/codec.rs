//! The codec of plain JSON, options, lists, base64 text and tensors by themselves.

use bytes::Bytes;
use serde::de;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::reader::{BlobReader, FromWire};
use super::wire_error::{Segment, WireError};
use super::writer::{FrameWriter, ToWire};
#[cfg(feature = "dynamic")]
use crate::runtime::blob::attachments;
use crate::runtime::blob::{Base64, notation};
use crate::runtime::text::Text;
use crate::tensor::{self, Tensor};

/// A type without blobs, which is serialized by serde.
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
        let mut items = blobs.vec(&[], json.len())?;
        for (index, json) in json.into_iter().enumerate() {
            items.push(blobs.within(Segment::Index(index), |blobs| T::from_wire(json, blobs))?);
        }
        Ok(items)
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

/// Bytes that were deserialized from base64 text.
#[derive(Debug)]
pub struct Base64Text(Bytes);

impl<'de> Deserialize<'de> for Base64Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        notation::decode(&Text::deserialize(deserializer)?.0).map(Self)
    }
}

/// Outside of a call, a tensor is serialized as JSON. In a call, it travels beside the JSON.
impl Serialize for Tensor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(feature = "dynamic")]
        let serializer = match attachments::attach(serializer, || self.clone().into()) {
            Ok(written) => return written,
            Err(serializer) => serializer,
        };
        tensor::notation::Notation(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tensor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        #[cfg(feature = "dynamic")]
        if let Some(index) = attachments::reference(&value) {
            return attachments::tensor(index);
        }
        tensor::notation::from_value(value).map_err(de::Error::custom)
    }
}
