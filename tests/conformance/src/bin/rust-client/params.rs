//! Parameters for calls of which only the response matters.

use decthings::runtime::describe::{FieldInfo, TypeKind, ValueType, VariantInfo};
use decthings::runtime::{DynamicOperation, TransportKind};
use serde_json::{Map, Value, json};

/// Valid parameters of a method, for a call over HTTP where it has the choice.
pub fn sample(operation: &DynamicOperation) -> Value {
    let mut params = object(operation.params());
    if let TransportKind::WebSocketUnless { param, equals } = operation.method().transport {
        params.insert(param.to_owned(), equals.into());
    }
    params.into()
}

/// Valid parameters of a method, for a call on the WebSocket.
pub fn sample_on_socket(operation: &DynamicOperation) -> Value {
    object(operation.params()).into()
}

fn object(fields: &[FieldInfo]) -> Map<String, Value> {
    let required = fields.iter().filter(|field| field.required);
    required.map(|field| (field.name.to_owned(), value(field.ty))).collect()
}

fn value(ty: ValueType) -> Value {
    match ty {
        ValueType::Constant(text) => text.into(),
        ValueType::Boolean => false.into(),
        ValueType::Int32 | ValueType::Int64 | ValueType::Uint32 | ValueType::Uint64 => 1.into(),
        ValueType::Float | ValueType::Double => 1.into(),
        ValueType::Tensor => json!({ "type": "u8", "shape": [], "data": [1] }),
        ValueType::List(items) => json!([value(*items)]),
        ValueType::Named(describe) => named(describe().kind),
        // Bytes may be text.
        _ => "x".into(),
    }
}

fn named(kind: TypeKind) -> Value {
    match kind {
        TypeKind::Object(fields) => object(fields).into(),
        TypeKind::Enum(values) => values.first().map_or_else(|| "x".into(), |value| value.name.into()),
        TypeKind::Tagged { tag, variants: [variant, ..] } => {
            let mut members = variant_value(variant).as_object().cloned().unwrap_or_default();
            members.insert(tag.to_owned(), variant.name.into());
            members.into()
        }
        TypeKind::Keyed([variant, ..]) => json!({ variant.name: variant_value(variant) }),
        TypeKind::Untagged([variant, ..]) => variant_value(variant),
        _ => Value::Null,
    }
}

fn variant_value(variant: &VariantInfo) -> Value {
    variant.ty.map_or_else(|| json!({}), value)
}
