//! Values in the notation of the vectors.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use decthings_tests::codec;
use serde_json::{Map, Number, Value};

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of hexadecimal digits.
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = digits.chars().map(|digit| Some(digit.to_digit(16)? as u8)).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// The bytes of base64 in a file.
pub fn unbase64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("the file has base64")
}

/// Whether two values are equal: numbers by value, objects without order, and text and the bytes of its UTF-8.
pub fn is_same(expected: &Value, actual: &Value) -> bool {
    is_same_with(expected, actual, is_same_number)
}

fn is_same_with(expected: &Value, actual: &Value, is_same_number: fn(&Number, &Number) -> bool) -> bool {
    match (expected, actual) {
        (Value::Number(expected), Value::Number(actual)) => is_same_number(expected, actual),
        (Value::Array(expected), Value::Array(actual)) => {
            let mut pairs = expected.iter().zip(actual);
            expected.len() == actual.len() && pairs.all(|(left, right)| is_same_with(left, right, is_same_number))
        }
        (Value::Object(expected), Value::Object(actual)) => {
            let of_members =
                if is_tensor(expected) && expected["type"] == "f32" { is_same_f32 } else { is_same_number };
            let is_member = |(key, value): (&String, &Value)| {
                actual.get(key).is_some_and(|other| is_same_with(value, other, of_members))
            };
            expected.len() == actual.len() && expected.iter().all(is_member)
        }
        (Value::String(text), Value::Object(bytes)) | (Value::Object(bytes), Value::String(text)) => {
            bytes_of(bytes).is_some_and(|bytes| bytes == text.as_bytes())
        }
        _ => expected == actual,
    }
}

fn is_same_number(expected: &Number, actual: &Number) -> bool {
    match (integer(expected), integer(actual)) {
        (Some(expected), Some(actual)) => expected == actual,
        _ => expected.as_f64() == actual.as_f64(),
    }
}

/// A number of 32 bits may be written with the digits of 64 bits.
fn is_same_f32(expected: &Number, actual: &Number) -> bool {
    let narrow = |number: &Number| number.as_f64().map(|number| number as f32);
    narrow(expected) == narrow(actual)
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or(number.as_u64().map(i128::from))
}

fn bytes_of(object: &Map<String, Value>) -> Option<Vec<u8>> {
    if object.len() == 1 { STANDARD.decode(object.get("$bytes")?.as_str()?).ok() } else { None }
}

fn is_tensor(object: &Map<String, Value>) -> bool {
    object.len() == 3 && ["type", "shape", "data"].iter().all(|key| object.contains_key(*key))
}

/// The value with the elements of each tensor as a list, where the file has their bytes.
pub fn with_elements(value: &Value) -> Value {
    match value {
        Value::Object(tensor) if is_tensor(tensor) && tensor["data"].is_string() => {
            let bytes = codec::write_tensor(value);
            codec::read_tensor(&mut bytes.as_slice()).expect("a tensor that was written can be read")
        }
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), with_elements(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(with_elements).collect(),
        other => other.clone(),
    }
}
