//! Varints and tensors.

use decthings::Tensor;
use decthings_conformance::hex;
use serde_json::{Value, json};

use super::{Answer, bytes};

/// Reads a varint as the first dimension of a tensor without elements, since the client has no public varints.
pub fn read_varint(case: &Value) -> Answer {
    let tensor = Tensor::decode([&[7, 2], bytes(case).as_slice(), &[0]].concat().into())?;
    Ok(json!({ "value": tensor.shape().first().map(ToString::to_string) }))
}

pub fn read_tensor(case: &Value) -> Answer {
    Ok(json!({ "tensor": serde_json::to_value(Tensor::decode(bytes(case).into())?)? }))
}

pub fn write_tensor(case: &Value) -> Answer {
    let tensor: Tensor = serde_json::from_value(case["tensor"].clone())?;
    Ok(json!({ "hex": hex(&tensor.to_bytes()) }))
}
