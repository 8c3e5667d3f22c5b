//! The JSON of requests, responses and events as schemas, each named type an entry of its own.
//!
//! A reference has nothing beside it, a tag is a string with one value, and nothing is nested without a name: some tools
//! lose what they don't expect.

mod unions;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::fields::{Property, aliases, properties};
use super::names::{Names, of_method};
use crate::ir::types::{Object, StringEnum, Type, TypeId, TypeKind};
use crate::ir::{Api, Event, Method, Service};
use crate::naming::case;

/// The format that the schemas are for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// JSON Schema 2020-12, nothing but.
    JsonSchema,
    /// AsyncAPI 3.0.
    AsyncApi,
    /// OpenAPI 3.0, which knows no `const`.
    OpenApi30,
    /// OpenAPI 3.1.
    OpenApi31,
}

impl Dialect {
    fn is_openapi(self) -> bool {
        matches!(self, Self::OpenApi30 | Self::OpenApi31)
    }

    /// Where the schemas are in a document.
    pub(super) fn place(self) -> &'static str {
        if self == Self::JsonSchema { "#/$defs/" } else { "#/components/schemas/" }
    }
}

/// The schemas made so far.
pub(super) struct Schemas<'a> {
    pub(super) api: &'a Api,
    dialect: Dialect,
    names: Names,
    started: BTreeSet<TypeId>,
    errors: BTreeSet<usize>,
    entries: Map<String, Value>,
}

impl<'a> Schemas<'a> {
    pub(super) fn new(api: &'a Api, dialect: Dialect) -> Self {
        let (started, errors) = (BTreeSet::new(), BTreeSet::new());
        Self { api, dialect, names: Names::new(api), started, errors, entries: Map::new() }
    }

    /// All of them, by name.
    pub(super) fn into_entries(self) -> Map<String, Value> {
        self.entries
    }

    /// Refers to an entry.
    pub(super) fn reference(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}{name}", self.dialect.place()) })
    }

    /// The JSON of a request: the name of its entry.
    pub(super) fn request(&mut self, method: &Method) -> String {
        let extra = method.request_blobs.iter().filter_map(Property::at_root).collect();
        self.root(&method.params, extra)
    }

    /// The JSON of a response: the name of its entry.
    pub(super) fn response(&mut self, service: &Service, method: &Method) -> String {
        let result = self.root(&method.result, Vec::new());
        let members = method.errors.iter().filter_map(|error| self.error(*error)).collect();
        let error = self.names.claim(&format!("{}Error", of_method(service, method)));
        let description = format!("Why `{}.{}` failed. Servers may add codes.", service.wire, method.wire);
        self.add_tagged(&error, &description, "code", members);
        let response = self.names.response(service, method);
        let mut schema = self.head(
            &response,
            &format!(
                "The response of `{}.{}`: exactly one of `result` and `error` is present.",
                service.wire, method.wire
            ),
        );
        schema.insert("type".into(), "object".into());
        let members = json!({ "result": self.reference(&result), "error": self.reference(&error) });
        schema.insert("properties".into(), members);
        schema.insert("minProperties".into(), 1.into());
        self.entries.insert(response.clone(), schema.into());
        response
    }

    /// The JSON of an event's parameters: the name of its entry.
    pub(super) fn event(&mut self, event: &Event) -> String {
        self.root(&event.params, Vec::new())
    }

    /// A schema that holds one string.
    pub(super) fn constant(&self, value: &str) -> Value {
        match self.dialect {
            Dialect::OpenApi30 => json!({ "type": "string", "enum": [value] }),
            _ => json!({ "type": "string", "const": value }),
        }
    }

    fn root(&mut self, ty: &Type, extra: Vec<Property>) -> String {
        let Type::Named(id) = ty else { return String::new() };
        self.named(*id, extra);
        self.names.of(*id)
    }

    /// The tag and the entry of an error.
    fn error(&mut self, index: usize) -> Option<(String, String)> {
        let shape = self.api.errors.get(index)?;
        let name = self.names.error(index);
        if !self.errors.insert(index) {
            return Some((shape.code.clone(), name));
        }
        let fields = shape.fields.as_ref().and_then(|fields| self.api.object(fields)).cloned();
        let constant = Some(("code".to_owned(), shape.code.clone()));
        let object = Object { constant, ..fields.unwrap_or_default() };
        self.add_object(&name, Some(&shape.description), &object, Vec::new());
        Some((shape.code.clone(), name))
    }

    /// The schema of a type as it is used.
    pub(super) fn ty(&mut self, ty: &Type) -> Value {
        let number = |kind: &str, format: &str| json!({ "type": kind, "format": format });
        let unsigned = |format: &str| json!({ "type": "integer", "format": format, "minimum": 0 });
        let mut schema = match ty {
            Type::Boolean => json!({ "type": "boolean" }),
            Type::Int32 => number("integer", "int32"),
            Type::Int64 => number("integer", "int64"),
            Type::Uint32 => unsigned("uint32"),
            Type::Uint64 => unsigned("uint64"),
            Type::Float => number("number", "float"),
            Type::Double => number("number", "double"),
            Type::Base64 if self.dialect == Dialect::OpenApi30 => json!({ "type": "string", "format": "byte" }),
            Type::Base64 => json!({ "type": "string", "contentEncoding": "base64" }),
            Type::List(items) => json!({ "type": "array", "items": self.ty(items) }),
            Type::Named(id) => self.named(*id, Vec::new()),
            // Bytes and tensors are never in the JSON: their fields are detached before.
            Type::String | Type::Binary | Type::Tensor => json!({ "type": "string" }),
        };
        let is_number = schema.get("type").is_some_and(|kind| kind == "integer" || kind == "number");
        if let (Dialect::JsonSchema, true, Some(schema)) = (self.dialect, is_number, schema.as_object_mut()) {
            // JSON Schema has no such formats.
            schema.remove("format");
        }
        schema
    }

    fn named(&mut self, id: TypeId, extra: Vec<Property>) -> Value {
        let name = self.names.of(id);
        if self.started.insert(id)
            && let Some(definition) = self.api.get(id)
        {
            let description = definition.description.as_deref();
            match &definition.kind {
                TypeKind::Object(object) => self.add_object(&name, description, object, extra),
                TypeKind::Enum(set) => self.add_enum(&name, description, set),
                TypeKind::Union(union) => self.add_union(&name, description, union),
            }
        }
        self.reference(&name)
    }

    fn head(&mut self, name: &str, description: &str) -> Map<String, Value> {
        // The place is taken before what is inside, so that readers find a type before its parts.
        self.entries.insert(name.to_owned(), Value::Null);
        let mut schema = Map::from_iter([("title".to_owned(), name.into())]);
        if !description.is_empty() {
            schema.insert("description".into(), description.into());
        }
        schema
    }

    fn add_object(&mut self, name: &str, description: Option<&str>, object: &Object, extra: Vec<Property>) {
        let (mut members, notes) = properties(self.api, object);
        members.extend(extra);
        let aliases = aliases(members.iter().map(|member| (&member.name, &member.aliases)));
        let notes = notes.into_iter().map(|note| format!("- {note}")).collect();
        let mut schema = self.head(name, "");
        let mut texts: Vec<String> = notes;
        let mut inside = Map::new();
        let mut required: Vec<Value> = Vec::new();
        if let Some((tag, value)) = &object.constant {
            inside.insert(tag.clone(), self.constant(value));
            required.push(tag.as_str().into());
        }
        for member in members {
            let mut property = if let [one] = member.types.as_slice() {
                self.ty(one)
            } else {
                let union = self.names.claim(&format!("{name}{}", case::upper_camel(&member.name)));
                let members = member.types.iter().map(|ty| self.ty(ty)).collect();
                self.add_union_of(&union, "", members);
                self.reference(&union)
            };
            match property.as_object_mut() {
                Some(property) if !property.contains_key("$ref") => {
                    self.extend(property, "x-accepts-item", member.item.is_some().then_some(true.into()));
                    property.extend(member.description.map(|text| ("description".to_owned(), text.into())));
                    property.extend(member.deprecated.then(|| ("deprecated".to_owned(), true.into())));
                }
                _ => texts.extend(member.description.map(|text| format!("- `{}`: {text}", member.name))),
            }
            if member.required {
                required.push(member.name.as_str().into());
            }
            inside.insert(member.name, property);
        }
        let list = (!texts.is_empty()).then(|| texts.join("\n"));
        let description: Vec<String> = description.map(str::to_owned).into_iter().chain(list).collect();
        if !description.is_empty() {
            schema.insert("description".into(), description.join("\n\n").into());
        }
        schema.insert("type".into(), "object".into());
        self.extend(&mut schema, "x-reason", object.reason.as_deref().map(Value::from));
        self.extend(&mut schema, "x-aliases", aliases);
        if !inside.is_empty() {
            schema.insert("properties".into(), inside.into());
        }
        if !required.is_empty() {
            schema.insert("required".into(), required.into());
        }
        self.entries.insert(name.to_owned(), schema.into());
    }

    /// Adds a member that tools ignore, where the format allows others than its own.
    fn extend(&self, schema: &mut Map<String, Value>, name: &str, value: Option<Value>) {
        if self.dialect != Dialect::JsonSchema {
            schema.extend(value.map(|value| (name.to_owned(), value)));
        }
    }

    fn add_enum(&mut self, name: &str, description: Option<&str>, set: &StringEnum) {
        let values = set.values.iter();
        let texts = values.filter_map(|value| Some(format!("- `{}`: {}", value.wire, value.description.as_ref()?)));
        let list = texts.collect::<Vec<String>>().join("\n");
        let texts = description.into_iter().chain([list.as_str()]).filter(|text| !text.is_empty());
        let mut schema = self.head(name, &texts.collect::<Vec<&str>>().join("\n\n"));
        schema.insert("type".into(), "string".into());
        schema.insert("enum".into(), set.values.iter().map(|value| Value::from(value.wire.as_str())).collect());
        self.entries.insert(name.to_owned(), schema.into());
    }
}
