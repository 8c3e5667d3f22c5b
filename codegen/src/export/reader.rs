//! `*.reader.schema.json`: what a reader of responses and events has to accept, as pure JSON Schema 2020-12.
//!
//! A validator can tell everything apart that is open here: `null` in place of what is absent, values of enums, variants
//! of unions and codes of errors that the API may add. Code generators cannot, and read the bundle instead.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fields::properties;
use super::info::ORIGIN;
use super::names::Names;
use crate::ir::types::{Object, StringEnum, Type, TypeId, TypeKind, Union, UnionStyle, Variant};
use crate::ir::{Api, Method, Service};

/// Base64 in the standard alphabet, with padding.
const BASE64: &str = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

pub(super) fn emit(api: &Api) -> Value {
    let mut reader = Reader { api, names: Names::new(api), started: BTreeSet::new(), entries: Map::new() };
    for service in &api.services {
        service.methods.iter().for_each(|method| reader.response(service, method));
        for event in &service.events {
            reader.ty(&event.params);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": ORIGIN,
        "title": api.title,
        "description": format!(
            "{} The JSON of responses and events, with all that a reader has to accept: an entry of `$defs` each.",
            api.description
        ),
        "$defs": reader.entries
    })
}

struct Reader<'a> {
    api: &'a Api,
    names: Names,
    started: BTreeSet<TypeId>,
    entries: Map<String, Value>,
}

/// A member of an object: the names that it may have, and its values.
struct Member {
    names: Vec<String>,
    schema: Value,
}

impl Reader<'_> {
    fn response(&mut self, service: &Service, method: &Method) {
        let errors = method.errors.iter().filter_map(|index| self.error(*index)).collect();
        let members = [("result", self.ty(&method.result)), ("error", tagged("code", errors))];
        let members = members.map(|(name, schema)| Member { names: vec![name.to_owned()], schema });
        self.entries.insert(self.names.response(service, method), exclusive(Vec::from(members)));
    }

    /// The code and the schema of an error.
    fn error(&mut self, index: usize) -> Option<(String, Value)> {
        let shape = self.api.errors.get(index)?;
        let name = self.names.error(index);
        if !self.entries.contains_key(&name) {
            let fields = shape.fields.as_ref().and_then(|fields| self.api.object(fields)).cloned();
            let constant = Some(("code".to_owned(), shape.code.clone()));
            let schema = self.object(&Object { constant, ..fields.unwrap_or_default() });
            self.entries.insert(name.clone(), schema);
        }
        Some((shape.code.clone(), reference(&name)))
    }

    fn ty(&mut self, ty: &Type) -> Value {
        let integer = |least: Value, most: Value| json!({ "type": "integer", "minimum": least, "maximum": most });
        match ty {
            Type::Boolean => json!({ "type": "boolean" }),
            Type::Int32 => integer(i32::MIN.into(), i32::MAX.into()),
            Type::Int64 => integer(i64::MIN.into(), i64::MAX.into()),
            Type::Uint32 => integer(0.into(), u32::MAX.into()),
            Type::Uint64 => integer(0.into(), u64::MAX.into()),
            Type::Float | Type::Double => json!({ "type": "number" }),
            Type::Base64 => json!({ "type": "string", "contentEncoding": "base64", "pattern": BASE64 }),
            // Bytes and tensors are never in the JSON: their fields are detached before.
            Type::String | Type::Binary | Type::Tensor => json!({ "type": "string" }),
            Type::List(items) => json!({ "type": "array", "items": self.ty(items) }),
            Type::Named(id) => self.named(*id),
        }
    }

    fn named(&mut self, id: TypeId) -> Value {
        let name = self.names.of(id);
        if self.started.insert(id)
            && let Some(definition) = self.api.get(id)
        {
            // The place is taken before what is inside, so that readers find a type before its parts.
            self.entries.insert(name.clone(), Value::Null);
            let schema = match &definition.kind {
                TypeKind::Object(object) => self.object(object),
                TypeKind::Enum(set) => open(set),
                TypeKind::Union(union) => self.union(union),
            };
            self.entries.insert(name.clone(), schema);
        }
        reference(&name)
    }

    fn object(&mut self, object: &Object) -> Value {
        let mut inside = Map::new();
        let mut required: Vec<Value> = Vec::new();
        let mut rules: Vec<Value> = Vec::new();
        if let Some((tag, value)) = &object.constant {
            inside.insert(tag.clone(), json!({ "const": value }));
            required.push(tag.as_str().into());
        }
        for property in properties(self.api, object).0 {
            let types = property.types.iter().chain(&property.item).map(|ty| self.ty(ty));
            let types = types.chain((!property.required).then(null)).collect();
            let schema = any_of(types);
            if property.aliases.is_empty() {
                required.extend(property.required.then(|| Value::from(property.name.as_str())));
                inside.insert(property.name, schema);
                continue;
            }
            let names: Vec<String> = [property.name].into_iter().chain(property.aliases).collect();
            let present: Vec<Value> =
                names.iter().map(|name| json!({ "properties": { name: true }, "required": [name] })).collect();
            let absent = (!property.required).then(|| json!({ "not": { "anyOf": present } }));
            rules.push(json!({ "oneOf": present.iter().cloned().chain(absent).collect::<Vec<_>>() }));
            inside.extend(names.into_iter().map(|name| (name, schema.clone())));
        }
        let mut schema = Map::from_iter([("type".to_owned(), Value::from("object"))]);
        if !inside.is_empty() {
            schema.insert("properties".into(), inside.into());
        }
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        if !rules.is_empty() {
            schema.insert("allOf".into(), rules.into());
        }
        schema.into()
    }

    fn union(&mut self, union: &Union) -> Value {
        match &union.style {
            UnionStyle::Tagged { property } => {
                let variants =
                    union.variants.iter().map(|variant| (variant.wire.clone(), self.variant(property, variant)));
                tagged(property, variants.collect())
            }
            UnionStyle::Keyed => {
                let members = union.variants.iter().filter_map(|variant| {
                    let names = [variant.wire.clone()].into_iter().chain(variant.aliases.clone()).collect();
                    Some(Member { names, schema: self.ty(variant.payload.as_ref()?) })
                });
                exclusive(members.collect())
            }
            UnionStyle::Kinded => {
                let payloads = union.variants.iter().filter_map(|variant| variant.payload.as_ref());
                any_of(payloads.map(|payload| self.ty(payload)).collect())
            }
        }
    }

    fn variant(&mut self, tag: &str, variant: &Variant) -> Value {
        match &variant.payload {
            Some(payload) => self.ty(payload),
            None => {
                let constant = Some((tag.to_owned(), variant.wire.clone()));
                self.object(&Object { constant, ..Object::default() })
            }
        }
    }
}

/// A known value, or one that the API has added.
fn open(set: &StringEnum) -> Value {
    let known: Vec<&str> = set.values.iter().map(|value| value.wire.as_str()).collect();
    json!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
}

/// One of the variants, or one with a tag that the API has added. A variant that is known has to be whole.
fn tagged(tag: &str, variants: Vec<(String, Value)>) -> Value {
    let (known, mut schemas): (Vec<String>, Vec<Value>) = variants.into_iter().unzip();
    schemas.push(json!({
        "type": "object",
        "properties": { tag: { "type": "string", "not": { "enum": known } } },
        "required": [tag]
    }));
    json!({ "oneOf": schemas })
}

/// An object with exactly one of the members; others may be `null`.
fn exclusive(members: Vec<Member>) -> Value {
    let mut inside = Map::new();
    let mut alternatives: Vec<Value> = Vec::new();
    for Member { names, schema } in members {
        for name in names {
            inside.insert(name.clone(), any_of(vec![schema.clone(), null()]));
            let given = json!({ "not": { "type": "null" } });
            alternatives.push(json!({ "properties": { &name: given }, "required": [name] }));
        }
    }
    json!({ "type": "object", "properties": inside, "oneOf": alternatives })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn null() -> Value {
    json!({ "type": "null" })
}

fn any_of(mut schemas: Vec<Value>) -> Value {
    match (schemas.pop(), schemas.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            schemas.extend(last);
            json!({ "anyOf": schemas })
        }
    }
}
