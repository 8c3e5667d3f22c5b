//! Tensors to their notation.

use std::fmt::Display;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value;

use crate::tensor::media::split;
use crate::tensor::text::text;
use crate::tensor::{DType, Tensor};

/// Writes a tensor as JSON, as [the module](crate::tensor::notation) says; `data` is always a list.
///
/// Which NaN a NaN is, and which byte a true boolean is, is not kept.
///
/// ```
/// use decthings::{Tensor, tensor::notation};
/// use serde_json::json;
///
/// let tensor = Tensor::from([[1u64, 2]]);
/// assert_eq!(notation::to_value(&tensor), json!({"type": "u64", "shape": [1, 2], "data": ["1", "2"]}));
/// ```
pub fn to_value(tensor: &Tensor) -> Value {
    // Neither the keys nor the numbers are such that they cannot be a value.
    serde_json::to_value(Notation(tensor)).unwrap_or_default()
}

/// A tensor that is serialized in its notation.
pub(crate) struct Notation<'a>(pub(crate) &'a Tensor);

impl Serialize for Notation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        object.serialize_entry("type", self.0.dtype().as_str())?;
        object.serialize_entry("shape", self.0.shape())?;
        object.serialize_entry("data", &Data(self.0))?;
        object.end()
    }
}

struct Data<'a>(&'a Tensor);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tensor = self.0;
        match tensor.dtype() {
            DType::F32 => serializer.collect_seq(tensor.numbers::<f32>().map(|value| Float(value.into()))),
            DType::F64 => serializer.collect_seq(tensor.numbers::<f64>().map(Float)),
            DType::I8 => serializer.collect_seq(tensor.numbers::<i8>()),
            DType::I16 => serializer.collect_seq(tensor.numbers::<i16>()),
            DType::I32 => serializer.collect_seq(tensor.numbers::<i32>()),
            DType::I64 => serializer.collect_seq(tensor.numbers::<i64>().map(Digits)),
            DType::U8 => serializer.collect_seq(tensor.numbers::<u8>()),
            DType::U16 => serializer.collect_seq(tensor.numbers::<u16>()),
            DType::U32 => serializer.collect_seq(tensor.numbers::<u32>()),
            DType::U64 => serializer.collect_seq(tensor.numbers::<u64>().map(Digits)),
            DType::Boolean => serializer.collect_seq(tensor.booleans()),
            DType::String => serializer.collect_seq(tensor.texts()),
            DType::Binary => serializer.collect_seq(tensor.parts().map(|part| STANDARD.encode(part))),
            DType::Image | DType::Audio | DType::Video => serializer.collect_seq(tensor.parts().map(Media)),
        }
    }
}

/// A number, or the name of one that JSON lacks.
struct Float(f64);

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            value if value.is_nan() => serializer.serialize_str("NaN"),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            value if value == 0.0 && value.is_sign_negative() => serializer.serialize_str("-0"),
            value => serializer.serialize_f64(value),
        }
    }
}

/// An integer as text.
struct Digits<T>(T);

impl<T: Display> Serialize for Digits<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

struct Media<'a>(&'a [u8]);

impl Serialize for Media<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (format, data) = split(self.0).unwrap_or_default();
        let mut object = serializer.serialize_map(Some(2))?;
        object.serialize_entry("format", text(format))?;
        object.serialize_entry("data", &STANDARD.encode(data))?;
        object.end()
    }
}
