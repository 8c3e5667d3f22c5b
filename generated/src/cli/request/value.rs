//! Values from the text of options, by the type that the description gives.
//!
//! The rules name no type of the API:
//!
//! - An object with two required members, of which the first is text, is `NAME=VALUE`. In a list, several values of one
//!   name are one item if the value is a list.
//! - An alternative of a union that has a tag, a key or a constant is `NAME:REST`, where the rest has the other required
//!   members, separated by `/`.
//! - Other objects are JSON, or `@file.json`.

use decthings::runtime::Value;
use decthings::runtime::describe::{FieldInfo, TypeInfo, TypeKind, ValueType, VariantInfo};
use serde_json::{Map, Number, json};

use super::source::Sources;
use crate::failure::Failure;

/// The value of an option that was given with these texts.
pub(super) fn read(ty: ValueType, texts: &[&str], sources: &mut Sources) -> Result<Value, Failure> {
    match (ty, texts) {
        (ValueType::List(items), _) => list(*items, texts, sources),
        (_, [text]) => one(ty, text, sources),
        _ => Err(Failure::usage("was given more than once")),
    }
}

fn list(items: ValueType, texts: &[&str], sources: &mut Sources) -> Result<Value, Failure> {
    let named = match items {
        ValueType::Named(describe) => pair(describe()),
        _ => None,
    };
    let mut list: Vec<Value> = Vec::new();
    for text in texts {
        let is_nested = matches!(items, ValueType::List(_));
        if text.starts_with('[') && !is_nested {
            match sources.json(text.as_bytes())? {
                Value::Array(values) => list.extend(values),
                other => list.push(other),
            }
        } else if let Some(path) = text.strip_prefix('@').filter(|path| path.ends_with(".json")) {
            match sources.json_file(path)? {
                Value::Array(values) if !is_nested => list.extend(values),
                other => list.push(other),
            }
        } else if let (ValueType::Tensor, Some(path)) = (items, text.strip_prefix('@')) {
            list.extend(sources.tensors(path)?);
        } else {
            let item = one(items, text, sources)?;
            match named.and_then(|(name, data)| same_name(list.last_mut()?, &item, name.name, data.name)) {
                Some(values) => values.extend(item_values(item, named)),
                None => list.push(item),
            }
        }
    }
    Ok(Value::Array(list))
}

/// The list of values of the last item, if the next one has the same name.
fn same_name<'a>(last: &'a mut Value, next: &Value, name: &str, data: &str) -> Option<&'a mut Vec<Value>> {
    let is_same = last.get(name)? == next.get(name)? && next.get(data)?.is_array();
    last.get_mut(data).filter(|_| is_same)?.as_array_mut()
}

fn item_values(mut item: Value, named: Option<(&FieldInfo, &FieldInfo)>) -> Vec<Value> {
    match named.and_then(|(_, data)| item.get_mut(data.name)).map(Value::take) {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    }
}

fn one(ty: ValueType, text: &str, sources: &mut Sources) -> Result<Value, Failure> {
    match ty {
        ValueType::String | ValueType::Constant(_) => Ok(text.into()),
        ValueType::Boolean => text.parse().map(Value::Bool).map_err(|_| Failure::usage("expected true or false")),
        ValueType::Int32 | ValueType::Int64 | ValueType::Uint32 | ValueType::Uint64 => {
            let number = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
            number.map(Value::Number).map_err(|_| Failure::usage(format!("expected an integer, found `{text}`")))
        }
        ValueType::Float | ValueType::Double => {
            let number = text.parse().ok().and_then(Number::from_f64);
            number.map(Value::Number).ok_or_else(|| Failure::usage(format!("expected a number, found `{text}`")))
        }
        ValueType::Bytes => match text.strip_prefix('@') {
            Some(escaped) if escaped.starts_with('@') => Ok(escaped.into()),
            Some(path) => sources.bytes(path),
            None if text.starts_with('{') => sources.json(text.as_bytes()),
            None => Ok(text.into()),
        },
        ValueType::Tensor => match text.strip_prefix('@') {
            Some(path) => sources.tensor(path),
            None if text.starts_with('{') => sources.json(text.as_bytes()),
            None => tensor(text),
        },
        ValueType::List(_) => read(ty, &[text], sources),
        ValueType::Named(describe) => named(describe(), text, sources),
        _ => Err(Failure::usage("has a type that this version does not know; use --input")),
    }
}

/// A tensor as `f32:[[1, 2], [3, 4]]`.
fn tensor(text: &str) -> Result<Value, Failure> {
    let expected = || Failure::usage("expected a tensor, as `@file.npy`, `f32:[[1, 2], [3, 4]]` or JSON");
    let (dtype, data) = text.split_once(':').ok_or_else(expected)?;
    let mut nested: Value = match serde_json::from_str(data) {
        Ok(value) => value,
        Err(_) if dtype == "string" => data.into(),
        Err(error) => return Err(Failure::usage(format!("{dtype}: {error}"))),
    };
    let mut shape = Vec::new();
    if !nested.is_array() {
        nested = Value::Array(vec![nested]);
    } else {
        shape.push(nested.as_array().map_or(0, Vec::len));
    }
    let mut flat = match nested {
        Value::Array(values) => values,
        other => vec![other],
    };
    while let Some(len) = flat.first().and_then(Value::as_array).map(Vec::len) {
        if flat.iter().any(|row| row.as_array().map(Vec::len) != Some(len)) {
            return Err(Failure::usage("the rows of the tensor differ in length"));
        }
        shape.push(len);
        flat =
            flat.into_iter().flat_map(|row| if let Value::Array(values) = row { values } else { vec![row] }).collect();
    }
    Ok(json!({"type": dtype, "shape": shape, "data": flat}))
}

fn named(info: &'static TypeInfo, text: &str, sources: &mut Sources) -> Result<Value, Failure> {
    if text.starts_with(['{', '[']) && !matches!(info.kind, TypeKind::Enum(_)) {
        return sources.json(text.as_bytes());
    }
    if let Some(path) = text.strip_prefix('@').filter(|path| path.ends_with(".json")) {
        return sources.json_file(path);
    }
    match info.kind {
        TypeKind::Enum(_) => Ok(text.into()),
        TypeKind::Object(fields) => object(info, fields, text, sources),
        TypeKind::Tagged { tag, variants } => {
            let (variant, rest) = chosen(variants, text)?;
            let mut members = content(variant.ty, rest, sources)?;
            members.insert(tag.to_owned(), variant.name.into());
            Ok(Value::Object(members))
        }
        TypeKind::Keyed(variants) => {
            let (variant, rest) = chosen(variants, text)?;
            let content = match variant.ty {
                Some(ValueType::Named(describe)) if matches!(describe().kind, TypeKind::Object(_)) => {
                    Value::Object(content(variant.ty, rest, sources)?)
                }
                Some(ty) => one(ty, rest, sources)?,
                None => Value::Object(Map::new()),
            };
            Ok(json!({variant.name: content}))
        }
        TypeKind::Untagged(variants) => untagged(variants, text, sources),
        _ => Err(Failure::usage("expected JSON, or `@file.json`")),
    }
}

/// The two required members of an object that is written as `NAME=VALUE`.
pub(crate) fn pair(info: &'static TypeInfo) -> Option<(&'static FieldInfo, &'static FieldInfo)> {
    let mut required = info.fields().iter().filter(|field| field.required);
    match (required.next()?, required.next()?, required.next()) {
        (name, value, None) if matches!(name.ty, ValueType::String) => Some((name, value)),
        _ => None,
    }
}

fn object(
    info: &'static TypeInfo,
    fields: &'static [FieldInfo],
    text: &str,
    sources: &mut Sources,
) -> Result<Value, Failure> {
    if let Some((name, data)) = pair(info) {
        let Some((key, value)) = text.split_once('=') else {
            return Err(Failure::usage(format!("expected {}={}, JSON, or `@file.json`", name.name, data.name)));
        };
        let value = one(data.ty, value, sources).map_err(|failure| failure.within(key))?;
        return Ok(json!({name.name: key, data.name: value}));
    }
    members(fields, text, sources).map(Value::Object)
}

/// The alternative with the name before the colon, and what is behind it.
fn chosen<'t>(variants: &'static [VariantInfo], text: &'t str) -> Result<(&'static VariantInfo, &'t str), Failure> {
    let (name, rest) = text.split_once(':').unwrap_or((text, ""));
    let variant = variants.iter().find(|variant| variant.name == name || variant.aliases.contains(&name));
    variant.map(|variant| (variant, rest)).ok_or_else(|| {
        let names: Vec<&str> = variants.iter().map(|variant| variant.name).collect();
        Failure::usage(format!("expected JSON, `@file.json`, or NAME:VALUE with one of the names {}", names.join(", ")))
    })
}

/// The members of an alternative that is an object.
fn content(ty: Option<ValueType>, text: &str, sources: &mut Sources) -> Result<Map<String, Value>, Failure> {
    match ty {
        Some(ValueType::Named(describe)) => members(describe().fields(), text, sources),
        _ => Ok(Map::new()),
    }
}

/// The required members of an object, separated by `/`. The last one has the rest.
fn members(fields: &'static [FieldInfo], text: &str, sources: &mut Sources) -> Result<Map<String, Value>, Failure> {
    let constants = fields.iter().filter_map(|field| match field.ty {
        ValueType::Constant(value) => Some((field.name.to_owned(), value.into())),
        _ => None,
    });
    let mut members: Map<String, Value> = constants.collect();
    let required: Vec<&FieldInfo> =
        fields.iter().filter(|field| field.required && !matches!(field.ty, ValueType::Constant(_))).collect();
    let parts: Vec<&str> = text.splitn(required.len().max(1), '/').collect();
    let is_complete =
        if required.is_empty() { text.is_empty() } else { parts.len() == required.len() && !text.is_empty() };
    if !is_complete {
        let names: Vec<&str> = required.iter().map(|field| field.name).collect();
        return Err(Failure::usage(format!("expected {}, JSON, or `@file.json`", names.join("/"))));
    }
    for (field, part) in required.into_iter().zip(parts) {
        let value = one(field.ty, part, sources).map_err(|failure| failure.within(field.name))?;
        members.insert(field.name.to_owned(), value);
    }
    Ok(members)
}

fn untagged(variants: &'static [VariantInfo], text: &str, sources: &mut Sources) -> Result<Value, Failure> {
    let types = || variants.iter().filter_map(|variant| variant.ty);
    if let Some((name, rest)) = text.split_once(':') {
        for ty in types() {
            let ValueType::Named(describe) = ty else { continue };
            let is_it = |field: &FieldInfo| matches!(field.ty, ValueType::Constant(value) if value == name);
            if describe().fields().iter().any(is_it) {
                return members(describe().fields(), rest, sources).map(Value::Object);
            }
        }
    }
    let mut failure = None;
    for ty in types() {
        match one(ty, text, sources) {
            Ok(value) => return Ok(value),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(failure.unwrap_or_else(|| Failure::usage("expected JSON")))
}
