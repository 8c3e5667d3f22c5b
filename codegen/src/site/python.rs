//! Shapes and values as Python's dicts.

use std::fmt::Write;

use serde_json::Value;

use super::html::block;
use super::reach::{self, Reached, details};
use super::sample::{self, Sample};
use crate::ir::types::{Object, Owner, Type, TypeDef, TypeId, TypeKind, UnionStyle};
use crate::ir::{Api, Method};

/// What the view shows of a method.
pub(super) fn view(api: &Api, method: &Method, reached: &Reached) -> String {
    // Variants and errors are spelled out where they are used.
    let types = details(api, reached, |_, it| {
        let apart = !it.variant && it.owner != Owner::Errors;
        apart.then(|| (it.name.clone(), format!("{} = {}", it.name, body(api, it))))
    });
    format!(
        "<h2>Request parameters</h2>\n{}<h2>Response</h2>\n{}<h2>Errors</h2>\n{}{types}\
         <h2>Example</h2>\n<p>The parameters of a call, with what is required.</p>\n{}",
        block(&whole(api, &method.params)),
        block(&whole(api, &method.result)),
        block(&errors(api, method)),
        block(&format!("params = {}", literal(&sample::of(api, &method.params), 0))),
    )
}

/// Codes without fields in one group, then those with fields.
fn errors(api: &Api, method: &Method) -> String {
    let all = api.errors_of(method);
    let (bare, rich): (Vec<_>, Vec<_>) = all.partition(|error| error.fields.is_none());
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

/// A type spelled out.
pub(super) fn body(api: &Api, definition: &TypeDef) -> String {
    match &definition.kind {
        TypeKind::Object(it) => {
            object(api, it, it.constant.as_ref().map(|(tag, value)| (tag.as_str(), value.as_str())), 0)
        }
        TypeKind::Enum(set) => {
            let values: Vec<String> = set.values.iter().map(|value| format!("{:?}", value.wire)).collect();
            format!("Literal[{}]", values.join(", "))
        }
        TypeKind::Union(union) => {
            let nothing = Object::default();
            let variants = union.variants.iter().map(|variant| match (&union.style, &variant.payload) {
                (UnionStyle::Tagged { property }, payload) => {
                    let fields = payload.as_ref().and_then(|ty| api.object(ty)).unwrap_or(&nothing);
                    object(api, fields, Some((property, &variant.wire)), 0)
                }
                (UnionStyle::Keyed, Some(ty)) => format!("{{{:?}: {}}}", variant.wire, self::ty(api, ty)),
                (_, Some(ty)) => self::ty(api, ty),
                (_, None) => format!("{:?}", variant.wire),
            });
            variants.collect::<Vec<_>>().join(" | ")
        }
    }
}

fn whole(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Named(id) => api.get(*id).map(|definition| body(api, definition)).unwrap_or_default(),
        ty => self::ty(api, ty),
    }
}

fn ty(api: &Api, ty: &Type) -> String {
    match ty {
        Type::String => "str".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 => "int".to_owned(),
        Type::Float | Type::Double => "float".to_owned(),
        Type::Binary | Type::Base64 => "bytes".to_owned(),
        Type::Tensor => "Tensor".to_owned(),
        Type::List(items) => format!("list[{}]", self::ty(api, items)),
        Type::Named(id) => named(api, *id),
    }
}

fn named(api: &Api, id: TypeId) -> String {
    match api.get(id) {
        Some(definition) if reach::has_page(api, id, definition) => definition.name.clone(),
        Some(definition) => body(api, definition),
        None => String::new(),
    }
}

fn object(api: &Api, object: &Object, constant: Option<(&str, &str)>, depth: usize) -> String {
    if object.fields.is_empty() && constant.is_none() {
        return "{}".to_owned();
    }
    let (pad, end) = ("    ".repeat(depth.saturating_add(1)), "    ".repeat(depth));
    let mut text = "{\n".to_owned();
    if let Some((tag, value)) = constant {
        let _ = writeln!(text, "{pad}{tag:?}: {value:?},");
    }
    for field in &object.fields {
        for line in field.description.iter().flat_map(|text| text.lines()) {
            let _ = writeln!(text, "{pad}# {line}");
        }
        let ty = ty(api, &field.ty);
        let ty = if field.required { ty } else { format!("NotRequired[{ty}]") };
        let _ = writeln!(text, "{pad}{:?}: {ty},", field.wire);
    }
    text + &end + "}"
}

fn literal(sample: &Sample, depth: usize) -> String {
    let (pad, end) = ("    ".repeat(depth.saturating_add(1)), "    ".repeat(depth));
    match sample {
        Sample::Json(Value::Bool(true)) => "True".to_owned(),
        Sample::Json(Value::Bool(false)) => "False".to_owned(),
        Sample::Json(Value::Null) => "None".to_owned(),
        Sample::Json(value) => value.to_string(),
        Sample::Bytes => "b\"bytes\"".to_owned(),
        Sample::Base64 => "b\"name\"".to_owned(),
        Sample::Tensor => "numpy.array([0.5, 1.5], dtype=\"float32\")".to_owned(),
        Sample::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item, depth)).collect();
            format!("[{}]", items.join(", "))
        }
        Sample::Object(members) if members.is_empty() => "{}".to_owned(),
        Sample::Object(members) => {
            let mut text = "{\n".to_owned();
            for member in members {
                let value = literal(&member.value, depth.saturating_add(1));
                let _ = writeln!(text, "{pad}{:?}: {value},", member.name);
            }
            text + &end + "}"
        }
    }
}
