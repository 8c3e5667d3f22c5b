//! Types: scalars, lists, enums and objects.

use super::keywords::deprecated;
use super::lowering::{Lowering, Place};
use crate::diag::{nearest, suggest};
use crate::ir::types::{EnumValue, Object, Outcome, Owner, StringEnum, Type, TypeDef, TypeId, TypeKind, Union};
use crate::source::Location;
use crate::spanned::{Map, Spanned};
use crate::spec::types::{Format, Kind, Schema};

impl Lowering<'_> {
    /// Adds an entry of `$defs` to the types, unless it is there already.
    pub(super) fn resolve_def(&mut self, name: &str, at: &Location, schema: &Schema) -> Option<Type> {
        if let Some(id) = self.names.get(name) {
            return Some(Type::Named(*id));
        }
        if is_named(schema) {
            let id = self.reserve();
            self.names.insert(name.to_owned(), id);
            self.build(id, schema, at, &Place::new(name, Owner::Shared(id)));
            return Some(Type::Named(id));
        }
        if self.resolving.iter().any(|resolving| resolving == name) {
            self.error(at, format!("`{name}` refers to nothing but itself"), "give it a type");
            return None;
        }
        self.resolving.push(name.to_owned());
        let place = Place::new(name, Owner::Errors);
        let ty = self.lower_type(schema, at, &place);
        self.resolving.pop();
        ty
    }

    pub(super) fn reserve(&mut self) -> TypeId {
        self.types.push(None);
        TypeId(self.types.len().saturating_sub(1))
    }

    /// Resolves a schema; `None` after a mistake, which is reported.
    pub(super) fn lower_type(&mut self, schema: &Schema, at: &Location, place: &Place) -> Option<Type> {
        self.check_role(schema, at, place.role);
        if let Some(reference) = &schema.reference {
            return self.lower_reference(schema, reference, at);
        }
        if is_named(schema) {
            let id = self.reserve();
            let mut place = place.clone();
            if let Some(title) = schema.title.as_ref() {
                let name = title.get()?;
                self.check_type_name(name, &title.at);
                place.name = name.clone();
            }
            self.build(id, schema, at, &place);
            return Some(Type::Named(id));
        }
        if schema.constant.is_some() {
            self.error(
                at,
                "`const` is not allowed here",
                "use it on one property of an object: the tag of a union's variant",
            );
            return None;
        }
        let Some(kind) = schema.kind.as_ref() else {
            self.error(at, "this type is missing", "add `type`, `$ref`, `enum` or `oneOf`");
            return None;
        };
        let format = schema.format.as_ref().and_then(|format| format.get().copied());
        match kind.get()? {
            Kind::String => self.lower_string(schema, at, format),
            Kind::Boolean => {
                self.allow_keywords(schema, at, "a boolean", &["type"]);
                Some(Type::Boolean)
            }
            Kind::Integer => {
                self.allow_keywords(schema, at, "an integer", &["type", "format"]);
                match format {
                    Some(Format::Int32) => Some(Type::Int32),
                    Some(Format::Int64) => Some(Type::Int64),
                    Some(Format::Uint32) => Some(Type::Uint32),
                    Some(Format::Uint64) => Some(Type::Uint64),
                    _ => self.wrong_format(schema, at, "an integer", "`int32`, `int64`, `uint32` or `uint64`"),
                }
            }
            Kind::Number => {
                self.allow_keywords(schema, at, "a number", &["type", "format"]);
                match format {
                    Some(Format::Float) => Some(Type::Float),
                    Some(Format::Double) => Some(Type::Double),
                    _ => self.wrong_format(schema, at, "a number", "`float` or `double`"),
                }
            }
            Kind::Array => {
                self.allow_keywords(schema, at, "an array", &["type", "items"]);
                let Some(items) = schema.items.as_ref() else {
                    self.error(at, "the array has no element type", "add `items` with the type of its elements");
                    return None;
                };
                if let Some(element) = items.get().filter(|element| !is_named(element)) {
                    self.reject_marks(element, &items.at, "mark the property instead");
                }
                let element = self.lower_type(items.get()?, &items.at, &place.element())?;
                Some(Type::List(Box::new(element)))
            }
            Kind::Object => {
                self.allow_keywords(schema, at, "a tensor", &["type", "format"]);
                if format == Some(Format::Tensor) {
                    Some(Type::Tensor)
                } else {
                    self.wrong_format(schema, at, "an object", "`tensor`, or `properties` instead")
                }
            }
        }
    }

    fn lower_string(&mut self, schema: &Schema, at: &Location, format: Option<Format>) -> Option<Type> {
        match (format, schema.content_encoding.is_some()) {
            (None, false) => {
                self.allow_keywords(schema, at, "a string", &["type"]);
                Some(Type::String)
            }
            (Some(Format::Binary), false) => {
                self.allow_keywords(schema, at, "bytes", &["type", "format", "acceptsText"]);
                Some(Type::Binary)
            }
            (None, true) => {
                self.allow_keywords(schema, at, "base64 bytes", &["type", "contentEncoding", "acceptsText"]);
                Some(Type::Base64)
            }
            _ => self.wrong_format(schema, at, "a string", "`binary`, or `contentEncoding` alone"),
        }
    }

    fn wrong_format(&mut self, schema: &Schema, at: &Location, what: &str, formats: &str) -> Option<Type> {
        let (at, message) = match &schema.format {
            // A format that does not exist is reported already.
            Some(format) if format.get().is_none() => return None,
            Some(format) => (&format.at, format!("{what} needs another `format`")),
            None => (at, format!("{what} needs a `format`")),
        };
        self.error(at, message, format!("use {formats}"));
        None
    }

    fn lower_reference(&mut self, schema: &Schema, reference: &Spanned<String>, at: &Location) -> Option<Type> {
        self.allow_keywords(schema, at, "a reference", &[]);
        let text = reference.get()?;
        let spec = self.spec;
        let target = text.strip_prefix("#/$defs/").unwrap_or(text);
        let found = spec.defs.iter().find(|(name, ..)| *name == target && text.starts_with("#/$defs/"));
        match found {
            Some((name, at, schema)) => self.resolve_def(name, at, schema),
            // An entry with a mistake of its own is reported there.
            None if spec.defs.contains(target) => None,
            None => {
                let near = nearest(target, spec.defs.iter().map(|(name, ..)| name));
                self.diagnostics.note_meant(near);
                let near = near.map(|name| format!("#/$defs/{name}"));
                let help = suggest(near, "refer to an entry of `$defs`, as in `#/$defs/Name`");
                self.error(&reference.at, format!("`{text}` does not exist"), help);
                None
            }
        }
    }

    fn build(&mut self, id: TypeId, schema: &Schema, at: &Location, place: &Place) {
        let kind = if let Some(values) = &schema.values {
            self.allow_keywords(
                schema,
                at,
                "an enum",
                &["type", "enum", "enumDescriptions", "enumIdentifiers", "enumSince"],
            );
            self.lower_enum(schema, values, at).map(TypeKind::Enum)
        } else if let Some(alternatives) = &schema.one_of {
            self.allow_keywords(schema, at, "a union", &["oneOf", "outcome"]);
            let union = self.lower_union(alternatives, at, place);
            union.map(|union| TypeKind::Union(Union { outcome: outcome(schema), ..union }))
        } else {
            self.lower_object(schema, at, place, None).map(TypeKind::Object)
        };
        let definition = TypeDef {
            name: place.name.clone(),
            description: schema.description.clone(),
            since: self.since(schema.since.as_ref()),
            deprecated: deprecated(schema.deprecated.as_ref()),
            owner: place.owner,
            kind: kind.unwrap_or(TypeKind::Object(Object::default())),
            at: at.clone(),
            ..TypeDef::nothing()
        };
        if let Some(slot) = self.types.get_mut(id.0) {
            *slot = Some(definition);
        }
    }

    fn lower_enum(&mut self, schema: &Schema, values: &[Spanned<String>], at: &Location) -> Option<StringEnum> {
        if values.is_empty() {
            self.error(at, "the enum has no values", "list at least one value, or make it a plain string");
        }
        if schema.kind.as_ref().is_some_and(|kind| kind.get() != Some(&Kind::String)) {
            self.error(at, "an enum holds strings", "write `\"type\": \"string\"`");
        }
        let mut seen: Vec<EnumValue> = Vec::new();
        for value in values {
            let Some(wire) = value.get() else { continue };
            if seen.iter().any(|earlier| earlier.wire == *wire) {
                self.error(&value.at, format!("duplicate value `{wire}`"), "remove one of the two");
                continue;
            }
            let description = schema.enum_descriptions.as_ref().and_then(|texts| texts.get(wire)).cloned();
            let identifier = schema.enum_identifiers.as_ref().and_then(|names| names.get(wire));
            let identifier = self.identifier(identifier);
            let since = schema.enum_since.as_ref().and_then(|marks| marks.get(wire));
            let since = self.since(since);
            seen.push(EnumValue { wire: wire.clone(), identifier, description, since, at: value.at.clone() });
        }
        let texts = schema.enum_descriptions.iter().flat_map(Map::iter).map(|(name, at, _)| (name, at));
        let marks = [&schema.enum_identifiers, &schema.enum_since].into_iter().flatten().flat_map(Map::iter);
        for (name, at) in texts.chain(marks.map(|(name, at, _)| (name, at))) {
            if !seen.iter().any(|value| value.wire == name) {
                self.error(at, format!("`{name}` is not a value of this enum"), "add it to `enum`, or remove it here");
            }
        }
        Some(StringEnum { values: seen })
    }
}

/// Whether the schema makes a type of its own, as opposed to a scalar, a list or a reference.
fn is_named(schema: &Schema) -> bool {
    schema.reference.is_none() && (schema.values.is_some() || schema.one_of.is_some() || schema.properties.is_some())
}

fn outcome(schema: &Schema) -> Option<Outcome> {
    let spanned = schema.outcome.as_ref()?;
    let outcome = spanned.get()?;
    Some(Outcome { ok: outcome.ok.clone(), error: outcome.error.clone(), at: spanned.at.clone() })
}
