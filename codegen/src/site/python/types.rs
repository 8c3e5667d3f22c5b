//! Types in Python, with what each member means and what its absence does.

use std::fmt::Write;

use super::super::reach;
use crate::ir::types::{
    Absent, Deprecated, Field, Object, StringEnum, Type, TypeDef, TypeId, TypeKind, Union, UnionStyle,
};
use crate::ir::{Api, Method};

/// Codes without fields in one group, then those with fields.
pub(super) fn errors(api: &Api, method: &Method) -> String {
    let (bare, rich): (Vec<_>, Vec<_>) = api.errors_of(method).partition(|error| error.fields.is_none());
    let codes: String = bare.iter().map(|error| format!("        {:?},\n", error.code)).collect();
    let mut members = Vec::new();
    if !codes.is_empty() {
        members.push(format!("{{\n    \"code\": Literal[\n{codes}    ],\n}}"));
    }
    members.extend(rich.into_iter().filter_map(|error| {
        let fields = api.object(error.fields.as_ref()?)?;
        Some(object(api, fields, Some(("code", &error.code)), 0))
    }));
    members.join(" | ")
}

/// A type spelled out, whether it has a name or not.
pub(super) fn whole(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Named(id) => api.get(*id).map(|definition| body(api, definition, 0)).unwrap_or_default(),
        ty => self::ty(api, ty, 0),
    }
}

/// A type spelled out.
pub(super) fn body(api: &Api, definition: &TypeDef, depth: usize) -> String {
    match &definition.kind {
        TypeKind::Object(it) => {
            let constant = it.constant.as_ref().map(|(tag, value)| (tag.as_str(), value.as_str()));
            object(api, it, constant, depth)
        }
        TypeKind::Enum(set) => values(set, depth),
        TypeKind::Union(it) => union(api, it, depth),
    }
}

/// The lines of a comment.
pub(super) fn comment(text: Option<&str>, depth: usize) -> String {
    let pad = indent(depth);
    text.into_iter().flat_map(str::lines).map(|line| format!("{pad}# {line}").trim_end().to_owned() + "\n").collect()
}

fn values(set: &StringEnum, depth: usize) -> String {
    if set.values.iter().all(|value| value.description.is_none()) {
        let values: Vec<String> = set.values.iter().map(|value| format!("{:?}", value.wire)).collect();
        return format!("Literal[{}]", values.join(", "));
    }
    let inside = depth.saturating_add(1);
    let mut text = "Literal[\n".to_owned();
    for value in &set.values {
        let about = with_marks(value.description.clone(), None, value.since.as_deref(), None);
        let _ = writeln!(text, "{}{}{:?},", comment(about.as_deref(), inside), indent(inside), value.wire);
    }
    text + &indent(depth) + "]"
}

fn union(api: &Api, union: &Union, depth: usize) -> String {
    let inside = depth.saturating_add(1);
    let nothing = Object::default();
    let mut text = "(\n".to_owned();
    for (position, variant) in union.variants.iter().enumerate() {
        let shape = match (&union.style, &variant.payload) {
            (UnionStyle::Tagged { property }, payload) => {
                let fields = payload.as_ref().and_then(|ty| api.object(ty)).unwrap_or(&nothing);
                object(api, fields, Some((property, &variant.wire)), inside)
            }
            (UnionStyle::Keyed, Some(ty)) => format!("{{{:?}: {}}}", variant.wire, self::ty(api, ty, inside)),
            (_, Some(ty)) => self::ty(api, ty, inside),
            (_, None) => format!("{:?}", variant.wire),
        };
        let about = with_marks(variant.description.clone(), None, variant.since.as_deref(), None);
        let or = if position == 0 { "" } else { "| " };
        let _ = writeln!(text, "{}{}{or}{shape}", comment(about.as_deref(), inside), indent(inside));
    }
    text + &indent(depth) + ")"
}

/// A type where it is used.
pub(super) fn ty(api: &Api, ty: &Type, depth: usize) -> String {
    match ty {
        Type::String => "str".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => "int".to_owned(),
        Type::Float | Type::Double => "float".to_owned(),
        Type::Binary | Type::Base64 => "bytes".to_owned(),
        Type::Tensor => "Tensor".to_owned(),
        Type::List(items) => format!("list[{}]", self::ty(api, items, depth)),
        Type::Named(id) => named(api, *id, depth),
    }
}

fn named(api: &Api, id: TypeId, depth: usize) -> String {
    match api.get(id) {
        Some(definition) if reach::has_page(api, id, definition) => definition.name.clone(),
        Some(definition) => body(api, definition, depth),
        None => String::new(),
    }
}

fn object(api: &Api, object: &Object, constant: Option<(&str, &str)>, depth: usize) -> String {
    if object.fields.is_empty() && constant.is_none() {
        return "{}".to_owned();
    }
    let inside = depth.saturating_add(1);
    let pad = indent(inside);
    let mut text = "{\n".to_owned();
    if let Some((tag, value)) = constant {
        let _ = writeln!(text, "{pad}{tag:?}: Literal[{value:?}],");
    }
    for field in &object.fields {
        let ty = ty(api, &field.ty, inside);
        let ty = if field.accepts_text { format!("str | {ty}") } else { ty };
        let ty = if field.required { ty } else { format!("NotRequired[{ty}]") };
        let _ = writeln!(text, "{}{pad}{:?}: {ty},", comment(about(field).as_deref(), inside), field.wire);
    }
    text + &indent(depth) + "}"
}

/// What a field means, its default, and whether it is new or should not be used any more.
fn about(field: &Field) -> Option<String> {
    // What is required has no default on the wire.
    let absent = field.absent.as_ref().filter(|_| !field.required);
    with_marks(field.description.clone(), absent, field.since.as_deref(), field.deprecated.as_ref())
}

fn with_marks(
    description: Option<String>,
    absent: Option<&Absent>,
    since: Option<&str>,
    deprecated: Option<&Deprecated>,
) -> Option<String> {
    let absent = absent.map(|absent| match absent {
        Absent::Literal(value) => format!("Default: {}.", literal(value)),
        Absent::Described(text) => format!("Default: {text}."),
    });
    let since = since.map(|revision| format!("Since revision {revision}."));
    let deprecated = deprecated.map(|mark| format!("Deprecated since revision {}: use {}.", mark.since, mark.instead));
    let texts: Vec<String> = description.into_iter().chain(absent).chain(since).chain(deprecated).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// A value without members in Python.
pub(super) fn literal(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Bool(true) => "True".to_owned(),
        serde_json::Value::Bool(false) => "False".to_owned(),
        serde_json::Value::Null => "None".to_owned(),
        value => value.to_string(),
    }
}

fn indent(depth: usize) -> String {
    "    ".repeat(depth)
}
