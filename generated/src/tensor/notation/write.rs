//! Tensors to their notation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

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
    let data: Vec<Value> = match tensor.dtype() {
        DType::F32 => tensor.numbers::<f32>().map(|value| float(value.into())).collect(),
        DType::F64 => tensor.numbers::<f64>().map(float).collect(),
        DType::I8 => tensor.numbers::<i8>().map(Value::from).collect(),
        DType::I16 => tensor.numbers::<i16>().map(Value::from).collect(),
        DType::I32 => tensor.numbers::<i32>().map(Value::from).collect(),
        DType::I64 => tensor.numbers::<i64>().map(|value| value.to_string().into()).collect(),
        DType::U8 => tensor.numbers::<u8>().map(Value::from).collect(),
        DType::U16 => tensor.numbers::<u16>().map(Value::from).collect(),
        DType::U32 => tensor.numbers::<u32>().map(Value::from).collect(),
        DType::U64 => tensor.numbers::<u64>().map(|value| value.to_string().into()).collect(),
        DType::Boolean => tensor.booleans().map(Value::from).collect(),
        DType::String => tensor.texts().map(Value::from).collect(),
        DType::Binary => tensor.parts().map(|part| STANDARD.encode(part).into()).collect(),
        DType::Image | DType::Audio | DType::Video => tensor.parts().map(media).collect(),
    };
    object([("type", tensor.dtype().as_str().into()), ("shape", tensor.shape().into()), ("data", data.into())])
}

fn float(value: f64) -> Value {
    if value == 0.0 && value.is_sign_negative() {
        return "-0".into();
    }
    match serde_json::Number::from_f64(value) {
        Some(number) => number.into(),
        None if value.is_nan() => "NaN".into(),
        None if value.is_sign_negative() => "-Infinity".into(),
        None => "Infinity".into(),
    }
}

fn media(part: &[u8]) -> Value {
    let (format, data) = split(part).unwrap_or_default();
    object([("format", text(format).into()), ("data", STANDARD.encode(data).into())])
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
}
