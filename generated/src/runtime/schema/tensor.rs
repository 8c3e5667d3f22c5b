//! The schema of tensors, as [`notation`](crate::tensor::notation) writes and reads them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::bytes::base64;
use crate::tensor::{DType, Tensor};

impl JsonSchema for Tensor {
    fn schema_name() -> Cow<'static, str> {
        "Tensor".into()
    }

    fn schema_id() -> Cow<'static, str> {
        "decthings::Tensor".into()
    }

    /// That there are as many elements as the shape says is beyond a schema.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = DType::ALL.iter().map(|dtype| dtype.as_str()).collect();
        let kinds: Vec<Value> = DType::ALL.iter().map(|dtype| kind(*dtype)).collect();
        json_schema!({
            "description": "A tensor: `data` is the flat list of its elements in row-major order.",
            "type": "object",
            "properties": {
                "type": { "type": "string", "enum": names },
                "shape": { "type": "array", "items": { "type": "integer", "minimum": 0 } },
                "data": {}
            },
            "required": ["type", "shape", "data"],
            "additionalProperties": false,
            "oneOf": kinds
        })
    }
}

/// The data of one element type.
fn kind(dtype: DType) -> Value {
    let list = json!({ "type": "array", "items": element(dtype) });
    let data = match dtype.size() {
        // Of elements that have one size, the bytes may be given as well.
        Some(_) => json!({ "anyOf": [list, base64()] }),
        None => list,
    };
    json!({ "properties": { "type": { "const": dtype.as_str() }, "data": data } })
}

fn element(dtype: DType) -> Value {
    let whole = |least: i64, most: i64| json!({ "type": "integer", "minimum": least, "maximum": most });
    match dtype {
        DType::F32 | DType::F64 => {
            json!({ "anyOf": [{ "type": "number" }, { "enum": ["NaN", "Infinity", "-Infinity", "-0"] }] })
        }
        DType::I8 => whole(i8::MIN.into(), i8::MAX.into()),
        DType::I16 => whole(i16::MIN.into(), i16::MAX.into()),
        DType::I32 => whole(i32::MIN.into(), i32::MAX.into()),
        DType::U8 => whole(u8::MIN.into(), u8::MAX.into()),
        DType::U16 => whole(u16::MIN.into(), u16::MAX.into()),
        DType::U32 => whole(u32::MIN.into(), u32::MAX.into()),
        DType::I64 => digits("^[+-]?[0-9]+$", json!({ "minimum": i64::MIN, "maximum": i64::MAX })),
        DType::U64 => digits("^(\\+?[0-9]+|-0+)$", json!({ "minimum": u64::MIN, "maximum": u64::MAX })),
        DType::Boolean => json!({ "type": "boolean" }),
        DType::String => json!({ "type": "string" }),
        DType::Binary => json!(base64()),
        DType::Image | DType::Audio | DType::Video => json!({
            "type": "object",
            "properties": { "format": { "type": "string" }, "data": base64() },
            "required": ["format", "data"],
            "additionalProperties": false
        }),
    }
}

/// An integer that a float can't hold: in digits, or as it is.
fn digits(pattern: &str, mut number: Value) -> Value {
    if let Value::Object(number) = &mut number {
        number.insert("type".to_owned(), "integer".into());
    }
    json!({ "anyOf": [{ "type": "string", "pattern": pattern }, number] })
}
