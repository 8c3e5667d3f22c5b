//! Derived schemas in the definition's terms.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Number, Value, json};

/// Adapts a derived schema to the definition: optional members are absent instead of `null`, integers have bounds, and
/// unknown members are allowed. Links in descriptions become names.
pub fn tidy(schema: &mut Schema) {
    let description = schema.get("description").and_then(Value::as_str).map(without_links);
    if let Some(description) = description {
        schema.insert("description".to_owned(), description.into());
    }
    if let Some(Value::Object(members)) = schema.get_mut("properties") {
        for member in members.values_mut() {
            never_null(member);
        }
    }
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        schema.remove("additionalProperties");
    }
    if let Some((least, most)) = schema.get("format").and_then(Value::as_str).and_then(bounds) {
        schema.insert("minimum".to_owned(), least.into());
        schema.insert("maximum".to_owned(), most.into());
    }
    transform_subschemas(&mut tidy as &mut dyn Transform, schema);
}

/// Adds a member that always has one value.
pub fn constant(name: &'static str, value: &'static str) -> impl Transform {
    move |schema: &mut Schema| {
        let object = schema.ensure_object();
        if let Value::Object(members) = object.entry("properties").or_insert_with(|| json!({})) {
            members.insert(name.to_owned(), json!({ "type": "string", "const": value }));
        }
        if let Value::Array(required) = object.entry("required").or_insert_with(|| json!([])) {
            required.push(name.into());
        }
    }
}

/// The least and the greatest integer of a format.
fn bounds(format: &str) -> Option<(Number, Number)> {
    match format {
        "int32" => Some((i32::MIN.into(), i32::MAX.into())),
        "int64" => Some((i64::MIN.into(), i64::MAX.into())),
        "uint32" => Some((u32::MIN.into(), u32::MAX.into())),
        "uint64" => Some((u64::MIN.into(), u64::MAX.into())),
        _ => None,
    }
}

/// Takes `null` out of the schema of an `Option`.
fn never_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(Value::Array(kinds)) = schema.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            schema.insert("type".to_owned(), kind);
        }
    }
    if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            schema.remove("anyOf");
            schema.extend(only);
        }
    }
}

/// Prose with names in the place of links to them.
fn without_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        let Some((name, after)) = link.split_once("`]") else { break };
        plain.extend([before, "`", name, "`"]);
        rest = after.strip_prefix('(').and_then(|path| path.split_once(')')).map_or(after, |(_, after)| after);
    }
    plain.push_str(rest);
    plain
}
