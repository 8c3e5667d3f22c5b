//! The definition as plain JSON Schema: without the keywords of its own format, and with what it leaves to the runtime:
//! the width of integers, and the notation of bytes and tensors.

use serde_json::{Map, Value, json};

/// The comment that marks schemas of tensors.
pub const TENSOR: &str = "a tensor";

/// The definition, whose schemas are looked up by their place.
pub struct Definition {
    document: Value,
    types: Value,
}

impl Definition {
    pub fn new(text: &str) -> Self {
        let document: Value = serde_json::from_str(text).unwrap();
        let types = document["$defs"].as_object().unwrap();
        let types = types.iter().map(|(name, schema)| (name.clone(), plain(schema)));
        Self { types: types.collect::<Map<_, _>>().into(), document }
    }

    /// The schema at a place, with all that it may refer to.
    pub fn at(&self, place: &str) -> Value {
        let schema = self.document.pointer(place).unwrap_or_else(|| panic!("the definition has no {place}"));
        let mut schema = plain(schema);
        schema["$defs"] = self.types.clone();
        schema
    }
}

fn plain(schema: &Value) -> Value {
    let has = |keyword: &str, value: &str| schema.get(keyword).is_some_and(|it| it == value);
    if has("format", "binary") || has("contentEncoding", "base64") {
        return json!({ "oneOf": [
            { "type": "string" },
            {
                "type": "object",
                "properties": { "$bytes": { "type": "string", "pattern": "^[A-Za-z0-9+/]*=?=?$" } },
                "required": ["$bytes"],
                "additionalProperties": false
            }
        ] });
    }
    if has("format", "tensor") {
        return json!({
            "$comment": TENSOR,
            "type": "object",
            "properties": { "type": true, "shape": true, "data": true },
            "required": ["type", "shape", "data"],
            "additionalProperties": false
        });
    }
    let mut plain = Map::new();
    for keyword in ["$ref", "type", "const", "enum", "required"] {
        plain.extend(schema.get(keyword).map(|value| (keyword.to_owned(), value.clone())));
    }
    let (least, most): (Value, Value) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("int64") => (i64::MIN.into(), i64::MAX.into()),
        Some("uint32") => (u32::MIN.into(), u32::MAX.into()),
        Some("uint64") => (u64::MIN.into(), u64::MAX.into()),
        _ => (Value::Null, Value::Null),
    };
    if !least.is_null() {
        plain.extend([("minimum".to_owned(), least), ("maximum".to_owned(), most)]);
    }
    if let Some(items) = schema.get("items") {
        plain.insert("items".to_owned(), self::plain(items));
    }
    if let Some(choices) = schema.get("oneOf") {
        plain.insert("oneOf".to_owned(), choices.as_array().unwrap().iter().map(self::plain).collect());
    }
    if let Some(members) = schema.get("properties") {
        let members = members.as_object().unwrap().iter().map(|(name, member)| (name.clone(), self::plain(member)));
        plain.insert("properties".to_owned(), members.collect::<Map<_, _>>().into());
        // The format does not repeat that the fields of an error are an object.
        plain.insert("type".to_owned(), "object".into());
    }
    plain.into()
}
