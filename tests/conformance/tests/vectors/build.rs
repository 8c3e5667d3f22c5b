//! Vectors from their parts.

use decthings_conformance::hex;
use decthings_tests::codec::{Codec, join_response};
use serde_json::{Value, json};

/// The frames of the definition.
pub fn codec() -> Codec {
    Codec::new(include_str!("../../../../schema/decthings.json"))
}

/// The service and the method of `Service.method`.
pub fn split(method: &str) -> (&str, &str) {
    method.split_once('.').expect("a method has a service")
}

/// A response that a client reads to a value.
pub fn accepted(name: &str, method: &str, (json, blobs): (&str, &[&[u8]]), value: Value) -> Value {
    accepted_bytes(name, method, &join_response(json, blobs), value)
}

/// A response of these bytes, which a client reads to a value.
pub fn accepted_bytes(name: &str, method: &str, frame: &[u8], value: Value) -> Value {
    let (service, method) = split(method);
    json!({ "name": name, "service": service, "method": method, "value": value, "hex": hex(frame) })
}

/// A response that a client rejects.
pub fn rejected(name: &str, method: &str, (json, blobs): (&str, &[&[u8]]), why: &str) -> Value {
    rejected_bytes(name, method, &join_response(json, blobs), why)
}

/// A response of these bytes, which a client rejects.
pub fn rejected_bytes(name: &str, method: &str, frame: &[u8], why: &str) -> Value {
    let (service, method) = split(method);
    json!({ "name": name, "service": service, "method": method, "rejected": why, "hex": hex(frame) })
}

/// Bytes in their notation.
pub fn bytes(base64: &str) -> Value {
    json!({ "$bytes": base64 })
}

/// A tensor with one dimension.
pub fn tensor(kind: &str, data: Value) -> Value {
    json!({ "type": kind, "shape": [data.as_array().map_or(0, Vec::len)], "data": data })
}
