//! Values that a schema of the definition accepts.

use decthings::Tensor;
use decthings::tensor::notation;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::definition::TENSOR;

/// The depth from which optional parts are omitted.
const DEEP: usize = 12;

/// Values of a schema, whose references lead into `types`.
pub fn of(schema: &Value, types: &Value, depth: usize) -> BoxedStrategy<Value> {
    if let Some(target) = schema.get("$ref") {
        let name = target.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
        return of(&types[name], types, depth + 1);
    }
    if let Some(value) = schema.get("const") {
        return Just(value.clone()).boxed();
    }
    if let Some(values) = schema.get("enum") {
        return select(values.as_array().unwrap().clone()).boxed();
    }
    if let Some(choices) = schema.get("oneOf") {
        let choices = choices.as_array().unwrap().iter().map(|choice| of(choice, types, depth + 1));
        return proptest::strategy::Union::new(choices).boxed();
    }
    if schema.get("$comment").is_some_and(|comment| comment == TENSOR) {
        return select(tensors()).boxed();
    }
    match schema["type"].as_str().unwrap_or_else(|| panic!("a schema without a type: {schema}")) {
        "string" if schema.get("pattern").is_some() => texts(&["", "AP8=", "YWJj"]),
        "string" => texts(&["", "a", "An id 🦀", "null"]),
        "boolean" => any::<bool>().prop_map(Value::from).boxed(),
        "integer" => select(vec![schema["minimum"].clone(), schema["maximum"].clone(), json!(7)]).boxed(),
        "number" => select(vec![json!(0.5), json!(-3), json!(1e9)]).boxed(),
        "array" if depth > DEEP => Just(json!([])).boxed(),
        "array" => {
            proptest::collection::vec(of(&schema["items"], types, depth + 1), 0..3).prop_map(Value::from).boxed()
        }
        "object" => object(schema, types, depth),
        other => panic!("a schema of type {other}"),
    }
}

fn object(schema: &Value, types: &Value, depth: usize) -> BoxedStrategy<Value> {
    let required: Vec<&Value> = schema.get("required").and_then(Value::as_array).into_iter().flatten().collect();
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let members = members.filter_map(|(name, member)| {
        let name = name.clone();
        let is_required = required.iter().any(|it| **it == *name);
        if !is_required && depth > DEEP {
            return None;
        }
        let value = of(member, types, depth + 1);
        let value = if is_required { value.prop_map(Some).boxed() } else { proptest::option::of(value).boxed() };
        Some(value.prop_map(move |value| Some((name.clone(), value?))))
    });
    let members: Vec<_> = members.collect();
    members.prop_map(|members| members.into_iter().flatten().collect::<Map<_, _>>().into()).boxed()
}

fn texts(texts: &[&str]) -> BoxedStrategy<Value> {
    select(texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>()).boxed()
}

/// Tensors of every kind of notation, as they are written.
pub fn tensors() -> Vec<Value> {
    let tensors = [
        Tensor::from([[1.5_f32, f32::NAN], [f32::INFINITY, -0.0]]),
        Tensor::from([0.5_f64, f64::NEG_INFINITY]),
        Tensor::from([i8::MIN, i8::MAX]),
        Tensor::from([i16::MIN, i16::MAX]),
        Tensor::from([i32::MIN, i32::MAX]),
        Tensor::from([i64::MIN, i64::MAX]),
        Tensor::from([u8::MAX]),
        Tensor::from([u16::MAX]),
        Tensor::from([u32::MAX]),
        Tensor::from([u64::MAX]),
        Tensor::from(["", "é"]),
        Tensor::from([bytes::Bytes::from_static(b"\0\xff")]),
        Tensor::from([true, false]),
        Tensor::from([decthings::Image::new("png", "abc").unwrap()]),
        Tensor::from([decthings::Audio::new("flac", "").unwrap()]),
        Tensor::from([decthings::Video::new("mp4", "abc").unwrap()]),
    ];
    tensors.iter().map(notation::to_value).collect()
}
