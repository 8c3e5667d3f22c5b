//! Types: scalars, lists, enums and objects.

use serde_json::Value;

use super::{Lowering, deprecated};
use crate::diag::Location;
use crate::ir::{Absent, Blob, EnumValue, Field, JsonKind, Object, Owner, StringEnum, Type, TypeDef, TypeId, TypeKind};
use crate::naming;
use crate::spanned::{Map, Spanned};
use crate::spec::{self, DefaultsTo, Format, Kind, PlainBlob, Schema};

/// Where a schema stands: what an inline type there is called, and whose it is.
#[derive(Clone)]
pub(super) struct Place {
    /// Name of an inline type without a title.
    pub(super) name: String,
    pub(super) owner: Owner,
    /// Whether the keywords of a property may stand here.
    pub(super) property: bool,
    /// Whether this is a variant of a tagged union.
    pub(super) variant: bool,
}

impl Place {
    pub(super) fn inside(&self, member: &str) -> Self {
        Self {
            name: format!("{}{}", self.name, naming::upper_camel(member)),
            owner: self.owner,
            property: true,
            variant: false,
        }
    }

    pub(super) fn element(&self) -> Self {
        Self { property: false, variant: false, ..self.clone() }
    }
}

impl Lowering<'_> {
    /// Gives an entry of `$defs` its place among the types.
    pub(super) fn define(&mut self, name: &str, at: &Location, schema: &Schema) {
        self.resolve_def(name, at, schema);
    }

    fn resolve_def(&mut self, name: &str, at: &Location, schema: &Schema) -> Option<Type> {
        if let Some(id) = self.names.get(name) {
            return Some(Type::Named(*id));
        }
        if is_named(schema) {
            let id = self.reserve();
            self.names.insert(name.to_owned(), id);
            self.build(
                id,
                schema,
                at,
                &Place { name: name.to_owned(), owner: Owner::Shared(id), property: false, variant: false },
            );
            return Some(Type::Named(id));
        }
        if self.resolving.iter().any(|resolving| resolving == name) {
            self.error(at, format!("`{name}` refers to nothing but itself"), "give it a type");
            return None;
        }
        self.resolving.push(name.to_owned());
        let place = Place { name: name.to_owned(), owner: Owner::Errors, property: false, variant: false };
        let ty = self.lower_type(schema, at, &place);
        self.resolving.pop();
        ty
    }

    pub(super) fn reserve(&mut self) -> TypeId {
        self.types.push(None);
        TypeId(self.types.len().saturating_sub(1))
    }

    /// Resolves a schema; `None` after a mistake, which is noted.
    pub(super) fn lower_type(&mut self, schema: &Schema, at: &Location, place: &Place) -> Option<Type> {
        if !place.property {
            self.reject_property_keywords(schema, at, place);
        }
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
                "`const` cannot stand here",
                "use it on one property of an object: the tag of a union's variant",
            );
            return None;
        }
        let Some(kind) = schema.kind.as_ref() else {
            self.error(at, "this type is empty", "add `type`, `$ref`, `enum` or `oneOf`");
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
                    _ => self.wrong_format(at, "an integer", "`int32`, `int64`, `uint32` or `uint64`"),
                }
            }
            Kind::Number => {
                self.allow_keywords(schema, at, "a number", &["type", "format"]);
                match format {
                    Some(Format::Float) => Some(Type::Float),
                    Some(Format::Double) => Some(Type::Double),
                    _ => self.wrong_format(at, "a number", "`float` or `double`"),
                }
            }
            Kind::Array => {
                self.allow_keywords(schema, at, "an array", &["type", "items"]);
                let Some(items) = schema.items.as_ref() else {
                    self.error(at, "the array does not say what it holds", "add `items` with the type of its elements");
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
                    self.wrong_format(at, "an object", "`tensor`, or `properties` instead")
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
            _ => self.wrong_format(at, "a string", "`binary`, or `contentEncoding` alone"),
        }
    }

    fn wrong_format(&mut self, at: &Location, what: &str, formats: &str) -> Option<Type> {
        self.error(at, format!("{what} needs another `format`"), format!("use {formats}"));
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
                self.error(&reference.at, format!("`{text}` does not exist"), self.suggest(target));
                None
            }
        }
    }

    fn suggest(&self, target: &str) -> String {
        let names = self.spec.defs.iter().map(|(name, ..)| name);
        match naming::nearest(target, names) {
            Some(name) => format!("did you mean `#/$defs/{name}`?"),
            None => "refer to an entry of `$defs`, as in `#/$defs/Name`".to_owned(),
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
            self.allow_keywords(schema, at, "a union", &["oneOf"]);
            self.lower_union(alternatives, at, place).map(TypeKind::Union)
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
                self.error(&value.at, format!("`{wire}` stands twice"), "remove one of the two");
                continue;
            }
            let description = schema.enum_descriptions.as_ref().and_then(|texts| texts.get(wire)).cloned();
            let identifier = schema.enum_identifiers.as_ref().and_then(|names| names.get(wire)).cloned();
            let since = schema.enum_since.as_ref().and_then(|marks| marks.get(wire));
            let since = self.since(since);
            seen.push(EnumValue { wire: wire.clone(), identifier, description, since, at: value.at.clone() });
        }
        let notes = [&schema.enum_descriptions, &schema.enum_identifiers].into_iter().flatten().flat_map(Map::iter);
        let notes = notes.map(|(name, at, _)| (name, at));
        let marks = schema.enum_since.iter().flat_map(Map::iter).map(|(name, at, _)| (name, at));
        for (name, at) in notes.chain(marks) {
            if !seen.iter().any(|value| value.wire == name) {
                self.error(at, format!("`{name}` is no value of this enum"), "add it to `enum`, or remove it here");
            }
        }
        Some(StringEnum { values: seen })
    }

    /// Resolves an object; `tag` is the member that a union takes out of its variants.
    pub(super) fn lower_object(
        &mut self,
        schema: &Schema,
        at: &Location,
        place: &Place,
        tag: Option<&str>,
    ) -> Option<Object> {
        self.allow_keywords(schema, at, "an object", &["type", "properties", "required"]);
        if schema.kind.as_ref().is_some_and(|kind| kind.get() != Some(&Kind::Object)) {
            self.error(at, "only an object has `properties`", "write `\"type\": \"object\"`");
        }
        let properties = schema.properties.as_ref()?;
        let required: Vec<&Spanned<String>> = schema.required.iter().flatten().collect();
        for name in &required {
            if name.get().is_some_and(|name| !properties.contains(name)) {
                let message = format!("`{}` is required but is no property", name.get().map_or("", String::as_str));
                self.error(&name.at, message, "add it to `properties`, or remove it here");
            }
        }
        let mut object = Object::default();
        for (wire, at, property) in properties.iter() {
            let is_required = required.iter().any(|name| name.get().is_some_and(|name| name == wire));
            if let Some(constant) = &property.constant {
                self.allow_keywords(property, at, "a constant", &["type", "const"]);
                if !is_required {
                    self.error(at, format!("the constant `{wire}` can be absent"), "list it under `required`");
                }
                if object.constant.is_some() {
                    self.error(at, "the object has two constants", "keep one");
                }
                object.constant = constant.get().map(|value| (wire.to_owned(), value.clone()));
                continue;
            }
            if tag == Some(wire) {
                continue;
            }
            if let Some(field) = self.lower_field(wire, at, property, is_required, &place.inside(wire)) {
                object.fields.push(field);
            }
        }
        Some(object)
    }

    fn lower_field(
        &mut self,
        wire: &str,
        at: &Location,
        schema: &Schema,
        required: bool,
        place: &Place,
    ) -> Option<Field> {
        let ty = self.lower_type(schema, at, place);
        let blob = self.lower_blob(schema, required);
        let absent = self.lower_absent(schema, required);
        let declared = self.lower_declared(schema);
        if let Some(text) = &schema.description {
            self.check_prose(text, &format!("`{wire}`"), at);
        }
        if let Some(identifier) = &schema.identifier
            && !identifier.get().is_some_and(|name| naming::is_identifier(name))
        {
            self.error(&identifier.at, "this is not a name", "use snake_case letters and digits");
        }
        // A rule with a mistake of its own leaves nothing to check the type against.
        if schema.blob.is_some() && blob.is_none() {
            return None;
        }
        let ty = ty?;
        self.check_declared(schema, &ty, required);
        for value in schema.examples.iter().flatten().chain(&schema.default) {
            if value.get().is_some_and(|value| !fits(value, &ty)) {
                self.error(
                    &value.at,
                    format!("this value is not one that `{wire}` can have"),
                    "give a value of the property's type",
                );
            }
        }
        Some(Field {
            wire: wire.to_owned(),
            aliases: schema.aliases.iter().flatten().filter_map(|alias| alias.get().cloned()).collect(),
            identifier: schema.identifier.as_ref().and_then(|name| name.get().cloned()),
            description: schema.description.clone(),
            since: self.since(schema.since.as_ref()),
            deprecated: deprecated(schema.deprecated.as_ref()),
            ty,
            required,
            boxed: false,
            absent,
            example: schema.examples.iter().flatten().find_map(|example| example.get().cloned()),
            accepts_text: schema.accepts_text.unwrap_or(false),
            blob,
            item_name: None,
            declared,
            at: at.clone(),
        })
    }

    fn lower_blob(&mut self, schema: &Schema, required: bool) -> Option<Blob> {
        let blob = schema.blob.as_ref()?;
        if !required {
            self.error(
                &blob.at,
                "bytes and tensors cannot be optional: without them nothing says whether a blob follows",
                "list the property under `required`",
            );
        }
        Some(match blob.get()? {
            spec::Blob::Plain(PlainBlob::Bytes) => Blob::Bytes,
            spec::Blob::Plain(PlainBlob::Tensor) => Blob::Tensor,
            spec::Blob::Plain(PlainBlob::Tensors) => Blob::Tensors,
            spec::Blob::Plain(PlainBlob::Entries) => Blob::Entries,
            spec::Blob::Keyed(rule) => Blob::Keyed { names: rule.keyed.clone(), at_root: rule.at.is_some() },
            spec::Blob::IndexedEntries(rule) => Blob::IndexedEntries { indexes: rule.entries.clone() },
        })
    }

    fn lower_absent(&mut self, schema: &Schema, required: bool) -> Option<Absent> {
        let at =
            schema.default.as_ref().map(|value| &value.at).or(schema.defaults_to.as_ref().map(|value| &value.at))?;
        if required {
            self.error(
                at,
                "a required property is never absent",
                "remove the default, or take the property out of `required`",
            );
        }
        if schema.default.is_some() && schema.defaults_to.is_some() {
            self.error(at, "the property has two defaults", "keep `default` or `defaultsTo`");
        }
        if let Some(value) = &schema.default {
            return value.get().cloned().map(Absent::Literal);
        }
        Some(match schema.defaults_to.as_ref()?.get()? {
            DefaultsTo::All => Absent::Everything,
            DefaultsTo::Active => Absent::ActiveState,
            DefaultsTo::Current => Absent::Current,
        })
    }

    fn reject_property_keywords(&mut self, schema: &Schema, at: &Location, place: &Place) {
        let present = [
            ("default", schema.default.is_some()),
            ("defaultsTo", schema.defaults_to.is_some()),
            ("blob", schema.blob.is_some()),
            ("aliases", schema.aliases.is_some()),
            ("declared", schema.declared.is_some() && !place.variant),
        ];
        for (keyword, _) in present.iter().filter(|(_, present)| *present) {
            self.error(at, format!("`{keyword}` means nothing here"), "it belongs on a property of an object");
        }
    }

    /// Reports keywords of a type's shape that say nothing on this one.
    pub(super) fn allow_keywords(&mut self, schema: &Schema, at: &Location, what: &str, allowed: &[&str]) {
        let present = [
            ("type", schema.kind.is_some()),
            ("format", schema.format.is_some()),
            ("contentEncoding", schema.content_encoding.is_some()),
            ("acceptsText", schema.accepts_text.is_some()),
            ("items", schema.items.is_some()),
            ("properties", schema.properties.is_some()),
            ("required", schema.required.is_some()),
            ("const", schema.constant.is_some()),
            ("enum", schema.values.is_some()),
            ("enumDescriptions", schema.enum_descriptions.is_some()),
            ("enumIdentifiers", schema.enum_identifiers.is_some()),
            ("enumSince", schema.enum_since.is_some()),
            ("oneOf", schema.one_of.is_some()),
        ];
        for (keyword, present) in present {
            if present && !allowed.contains(&keyword) {
                self.error(at, format!("`{keyword}` means nothing on {what}"), "remove it, or change the type");
            }
        }
    }
}

/// Whether the schema makes a type of its own, as opposed to a scalar, a list or a reference.
fn is_named(schema: &Schema) -> bool {
    schema.reference.is_none() && (schema.values.is_some() || schema.one_of.is_some() || schema.properties.is_some())
}

/// The JSON kind of a type's values; `None` when it can be several.
pub(super) fn json_kind(lowering: &Lowering<'_>, ty: &Type) -> Option<JsonKind> {
    Some(match ty {
        Type::String | Type::Binary | Type::Base64 => JsonKind::String,
        Type::Boolean => JsonKind::Boolean,
        Type::Int32 | Type::Int64 | Type::Uint32 | Type::Uint64 | Type::Float | Type::Double => JsonKind::Number,
        Type::Tensor => JsonKind::Object,
        Type::List(_) => JsonKind::Array,
        Type::Named(id) => match lowering.types.get(id.0)?.as_ref().map(|definition| &definition.kind) {
            Some(TypeKind::Enum(_)) => JsonKind::String,
            Some(TypeKind::Union(_)) => return None,
            // A type that is still being built is an object: enums are built in one step.
            Some(TypeKind::Object(_)) | None => JsonKind::Object,
        },
    })
}

fn fits(value: &Value, ty: &Type) -> bool {
    match ty {
        Type::String | Type::Binary | Type::Base64 => value.is_string(),
        Type::Boolean => value.is_boolean(),
        Type::Int32 => value.as_i64().is_some_and(|value| i32::try_from(value).is_ok()),
        Type::Int64 => value.is_i64(),
        Type::Uint32 => value.as_u64().is_some_and(|value| u32::try_from(value).is_ok()),
        Type::Uint64 => value.is_u64(),
        Type::Float | Type::Double => value.is_number(),
        Type::List(items) => value.as_array().is_some_and(|values| values.iter().all(|value| fits(value, items))),
        Type::Tensor | Type::Named(_) => true,
    }
}
