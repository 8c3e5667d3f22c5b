//! Objects and their fields.

use std::collections::BTreeSet;

use serde_json::Value;

use super::keywords::deprecated;
use super::lowering::{Lowering, Place, Role};
use crate::ir::blobs::Blob;
use crate::ir::types::{Absent, Field, Object, Type};
use crate::naming::case;
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec;
use crate::spec::types::{Kind, PlainBlob, Schema};

impl Lowering<'_> {
    /// Resolves an object; `tag` is the member that a union takes out of its variants.
    pub(super) fn lower_object(
        &mut self,
        schema: &Schema,
        at: &Location,
        place: &Place,
        tag: Option<&str>,
    ) -> Option<Object> {
        self.allow_keywords(schema, at, "an object", &["type", "properties", "required", "reason"]);
        if schema.kind.as_ref().is_some_and(|kind| kind.get() != Some(&Kind::Object)) {
            self.error(at, "only an object has `properties`", "write `\"type\": \"object\"`");
        }
        let properties = schema.properties.as_ref()?;
        let required: Vec<&Spanned<String>> = schema.required.iter().flatten().collect();
        for name in &required {
            if name.get().is_some_and(|name| !properties.contains(name)) {
                let message = format!("`{}` is required but is not a property", name.get().map_or("", String::as_str));
                self.error(&name.at, message, "add it to `properties`, or remove it here");
            }
        }
        let reason = schema.reason.as_ref().and_then(|reason| reason.get().cloned());
        let mut object = Object { reason, ..Object::default() };
        let mut names: BTreeSet<String> = properties.iter().map(|(wire, ..)| wire.to_owned()).collect();
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
            let aliases = self.lower_aliases(property, &mut names);
            if let Some(field) = self.lower_field(wire, at, property, is_required, &place.inside(wire, Role::Property))
            {
                object.fields.push(Field { aliases, ..field });
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
        let identifier = self.identifier(schema.identifier.as_ref());
        if schema.identifier.is_none() && !case::is_word(wire) {
            let help = "use lowerCamelCase letters and digits, such as `modelId`; where the wire has this name, add an `identifier`";
            self.error(at, format!("`{wire}` is not a property name"), help);
        }
        // A rule with a mistake of its own leaves nothing to check the type against.
        if schema.blob.is_some() && blob.is_none() {
            return None;
        }
        let ty = ty?;
        self.check_declared(schema, &ty, required);
        if let Some(alias) = schema.aliases.iter().flatten().next().filter(|_| !has_name_on_wire(blob.as_ref(), &ty)) {
            let message = format!("`aliases` has no effect on `{wire}`: its name is not on the wire");
            self.error(&alias.at, message, "remove `aliases`");
        }
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
            aliases: Vec::new(),
            identifier,
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

    /// The other spellings of a property's name; `names` are all names beside it.
    pub(super) fn lower_aliases(&mut self, schema: &Schema, names: &mut BTreeSet<String>) -> Vec<String> {
        let mut aliases = Vec::new();
        for alias in schema.aliases.iter().flatten() {
            let Some(name) = alias.get() else { continue };
            if !names.insert(name.clone()) {
                let message = format!("the alias `{name}` is a name of a property already");
                self.error(&alias.at, message, "remove it, or choose another one");
            }
            aliases.push(name.clone());
        }
        aliases
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
            spec::types::Blob::Plain(PlainBlob::Bytes) => Blob::Bytes,
            spec::types::Blob::Plain(PlainBlob::Tensor) => Blob::Tensor,
            spec::types::Blob::Plain(PlainBlob::Tensors) => Blob::Tensors,
            spec::types::Blob::Plain(PlainBlob::Entries) => Blob::Entries,
            spec::types::Blob::Keyed(rule) => {
                Blob::Keyed { names: rule.keyed.clone(), aliases: rule.aliases.clone(), at_root: rule.at.is_some() }
            }
            spec::types::Blob::IndexedEntries(rule) => Blob::IndexedEntries { indexes: rule.entries.clone() },
        })
    }

    fn lower_absent(&mut self, schema: &Schema, required: bool) -> Option<Absent> {
        let at =
            schema.default.as_ref().map(|value| &value.at).or(schema.defaults_to.as_ref().map(|value| &value.at))?;
        let is_empty_list = |value: &Spanned<Value>| value.get().is_none_or(|value| *value == Value::Array(Vec::new()));
        if required && !schema.default.as_ref().is_some_and(is_empty_list) {
            self.error(
                at,
                "a required property is never absent",
                "remove the default, or take the property out of `required`; only a list may be empty by default, with `[]`",
            );
        }
        if required && schema.blob.is_some() {
            self.error(at, "a list in blobs cannot be empty by default", "remove the default");
        }
        if schema.default.is_some() && schema.defaults_to.is_some() {
            self.error(at, "the property has two defaults", "keep `default` or `defaultsTo`");
        }
        if let Some(value) = &schema.default {
            return value.get().cloned().map(Absent::Literal);
        }
        schema.defaults_to.as_ref()?.get().cloned().map(Absent::Described)
    }
}

/// Whether the JSON of a message has a member of the property's name, with what is left of its value.
fn has_name_on_wire(blob: Option<&Blob>, ty: &Type) -> bool {
    match blob {
        None | Some(Blob::Entries | Blob::IndexedEntries { .. }) => true,
        Some(Blob::Tensors) => !matches!(ty, Type::List(_)),
        Some(Blob::Bytes | Blob::Tensor | Blob::Keyed { .. }) => false,
    }
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
