//! Tensors from their notation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Number, Value};

use crate::tensor::layout::Layout;
use crate::tensor::{Audio, DType, Element, Image, Tensor, TensorError, Video};

/// Reads a tensor from JSON, as [the module](crate::tensor::notation) says.
///
/// 64-bit integers may be numbers as well as strings, and an integer may be written as a float, such as `1.0`.
///
/// # Errors
///
/// [`TensorError::Notation`] when the JSON has another form or an element another type, which names the place, and
/// the errors of [`Tensor::new`] and [`Tensor::from_raw`] when shape and data do not fit each other.
///
/// ```
/// use decthings::{Tensor, tensor::notation};
/// use serde_json::json;
///
/// let tensor = notation::from_value(json!({"type": "f32", "shape": [2], "data": [1, "-Infinity"]}))?;
/// assert_eq!(tensor, Tensor::from([1.0, f32::NEG_INFINITY]));
///
/// let error = notation::from_value(json!({"type": "u8", "shape": [2], "data": [1, 256]})).unwrap_err();
/// assert_eq!(error.to_string(), "not a tensor: data[1]: expected an integer from 0 to 255");
/// # Ok::<(), decthings::TensorError>(())
/// ```
pub fn from_value(value: Value) -> Result<Tensor, TensorError> {
    let [dtype, shape, data] = fields(value, ["type", "shape", "data"]).map_err(|message| bad("", message))?;
    let dtype = dtype.as_str().ok_or_else(|| bad("type", "expected a string"))?;
    let dtype: DType = dtype.parse().map_err(|error| bad("type", format!("{error}")))?;
    let shape = read_shape(shape)?;
    let data = match data {
        Value::Array(data) => data,
        Value::String(text) if dtype.size().is_some() => {
            return Tensor::from_raw(dtype, shape, base64(&text).map_err(|message| bad("data", message))?);
        }
        _ if dtype.size().is_some() => return Err(bad("data", "expected a list of elements or a base64 string")),
        _ => return Err(bad("data", "expected a list of elements")),
    };
    let shape = shape.as_slice();
    Layout::new(dtype, shape)?.expect_count(data.len())?;
    match dtype {
        DType::F32 => build(shape, data, f32),
        DType::F64 => build(shape, data, f64),
        DType::I8 => build(shape, data, |value| integer(value, i8::MIN, i8::MAX)),
        DType::I16 => build(shape, data, |value| integer(value, i16::MIN, i16::MAX)),
        DType::I32 => build(shape, data, |value| integer(value, i32::MIN, i32::MAX)),
        DType::I64 => build(shape, data, |value| integer(value, i64::MIN, i64::MAX)),
        DType::U8 => build(shape, data, |value| integer(value, u8::MIN, u8::MAX)),
        DType::U16 => build(shape, data, |value| integer(value, u16::MIN, u16::MAX)),
        DType::U32 => build(shape, data, |value| integer(value, u32::MIN, u32::MAX)),
        DType::U64 => build(shape, data, |value| integer(value, u64::MIN, u64::MAX)),
        DType::Boolean => build(shape, data, |value| value.as_bool().ok_or("expected true or false".to_owned())),
        DType::String => build(shape, data, string),
        DType::Binary => build(shape, data, bytes),
        DType::Image => build(shape, data, |value| media(value, Image::new)),
        DType::Audio => build(shape, data, |value| media(value, Audio::new)),
        DType::Video => build(shape, data, |value| media(value, Video::new)),
    }
}

fn bad(path: impl Into<String>, message: impl Into<String>) -> TensorError {
    TensorError::Notation { path: path.into(), message: message.into() }
}

fn build<T: Element>(
    shape: &[usize],
    data: Vec<Value>,
    read: impl Fn(Value) -> Result<T, String>,
) -> Result<Tensor, TensorError> {
    let read = |(index, value)| read(value).map_err(|message| bad(format!("data[{index}]"), message));
    let elements: Result<Vec<T>, _> = data.into_iter().enumerate().map(read).collect();
    Ok(Tensor::of(shape, elements?))
}

/// Takes an object apart that has exactly these keys.
fn fields<const N: usize>(value: Value, keys: [&str; N]) -> Result<[Value; N], String> {
    let Value::Object(mut object) = value else {
        return Err(format!("expected an object with the keys {}", keys.join(", ")));
    };
    let mut take = |key: &str| object.remove(key).ok_or_else(|| format!("the key {key} is missing"));
    let mut found = [const { Value::Null }; N];
    for (place, key) in found.iter_mut().zip(keys) {
        *place = take(key)?;
    }
    no_more(&object)?;
    Ok(found)
}

fn no_more(object: &Map<String, Value>) -> Result<(), String> {
    match object.keys().next() {
        Some(key) => Err(format!("unknown key {key:?}")),
        None => Ok(()),
    }
}

fn read_shape(value: Value) -> Result<Vec<usize>, TensorError> {
    let Value::Array(dims) = value else {
        return Err(bad("shape", "expected a list of dimensions"));
    };
    let read = |(index, dim): (usize, Value)| {
        let whole = if let Value::Number(dim) = &dim { whole(dim) } else { None };
        let dim = whole.and_then(|dim| usize::try_from(dim).ok());
        dim.ok_or_else(|| bad(format!("shape[{index}]"), "expected the length of a dimension"))
    };
    dims.into_iter().enumerate().map(read).collect()
}

fn integer<T: Copy + TryFrom<i128> + std::fmt::Display>(value: Value, min: T, max: T) -> Result<T, String> {
    let wide = match &value {
        Value::Number(number) => whole(number),
        Value::String(text) if size_of::<T>() == size_of::<u64>() => text.parse().ok(),
        _ => None,
    };
    let fits = wide.and_then(|wide| T::try_from(wide).ok());
    fits.ok_or_else(|| format!("expected an integer from {min} to {max}"))
}

fn whole(number: &Number) -> Option<i128> {
    /// From here on, a float may stand for its neighbours as well.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = || number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < EXACT);
    number.as_i128().or_else(|| float().map(|value| value as i128))
}

fn f64(value: Value) -> Result<f64, String> {
    let found = match &value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            "-0" => Some(-0.0),
            _ => None,
        },
        _ => None,
    };
    found.ok_or_else(|| r#"expected a number, "NaN", "Infinity", "-Infinity" or "-0""#.to_owned())
}

fn f32(value: Value) -> Result<f32, String> {
    let wide = f64(value)?;
    let value = wide as f32;
    if value.is_infinite() && wide.is_finite() {
        return Err(format!("{wide:e} is too large for f32"));
    }
    Ok(value)
}

fn string(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err("expected a string".to_owned()),
    }
}

fn bytes(value: Value) -> Result<Bytes, String> {
    match value {
        Value::String(text) => base64(&text),
        _ => Err("expected a base64 string".to_owned()),
    }
}

fn base64(text: &str) -> Result<Bytes, String> {
    STANDARD.decode(text).map(Bytes::from).map_err(|error| format!("expected base64: {error}"))
}

fn media<T>(value: Value, new: impl Fn(String, Bytes) -> Result<T, TensorError>) -> Result<T, String> {
    let [format, data] = fields(value, ["format", "data"])?;
    let format = string(format).map_err(|message| format!("format: {message}"))?;
    let data = bytes(data).map_err(|message| format!("data: {message}"))?;
    new(format, data).map_err(|error| error.to_string())
}
