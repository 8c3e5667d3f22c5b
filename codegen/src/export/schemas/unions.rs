//! Unions: by tag, by key and by JSON type.

use serde_json::{Map, Value, json};

use super::Schemas;
use crate::export::fields::{aliases, names};
use crate::ir::types::{Object, Type, Union, UnionStyle, Variant};
use crate::naming::case;

impl Schemas<'_> {
    pub(super) fn add_union(&mut self, name: &str, description: Option<&str>, union: &Union) {
        let description = description.unwrap_or_default();
        match &union.style {
            UnionStyle::Tagged { property } => {
                self.entries.insert(name.to_owned(), Value::Null);
                let members = union.variants.iter().map(|variant| self.tagged_variant(name, property, variant));
                let members = members.collect();
                self.add_tagged(name, description, property, members);
            }
            UnionStyle::Keyed => {
                let notes = union.variants.iter().filter_map(|variant| {
                    let names = names(&variant.aliases)?;
                    Some(format!("\n- `{}`: Readers should also accept {names}.", variant.wire))
                });
                let notes: String = notes.collect();
                let gap = if notes.is_empty() { "" } else { "\n" };
                let text = format!("{description}\n\nExactly one member is present.{gap}{notes}");
                let mut schema = self.head(name, &text);
                let members = union
                    .variants
                    .iter()
                    .filter_map(|variant| Some((variant.wire.clone(), self.ty(variant.payload.as_ref()?))));
                let members: Map<String, Value> = members.collect();
                schema.insert("type".into(), "object".into());
                let outcome = union.outcome.as_ref().map(|it| json!({ "ok": it.ok, "error": it.error }));
                self.extend(&mut schema, "x-outcome", outcome);
                let names = union.variants.iter().map(|variant| (&variant.wire, &variant.aliases));
                self.extend(&mut schema, "x-aliases", aliases(names));
                schema.insert("properties".into(), members.into());
                schema.insert("minProperties".into(), 1.into());
                self.entries.insert(name.to_owned(), schema.into());
            }
            UnionStyle::Kinded => {
                self.entries.insert(name.to_owned(), Value::Null);
                let mut members = Vec::new();
                for variant in &union.variants {
                    let Some(payload) = &variant.payload else { continue };
                    let mut member = self.ty(payload);
                    if let Some(schema) = member.as_object_mut().filter(|schema| !schema.contains_key("$ref")) {
                        let title = self.names.claim(&format!("{name}{}", variant.wire));
                        schema.insert("title".into(), title.clone().into());
                        schema.extend(variant.description.clone().map(|text| ("description".to_owned(), text.into())));
                        self.entries.insert(title.clone(), member);
                        member = self.reference(&title);
                    }
                    members.push(member);
                }
                self.add_union_of(name, description, members);
            }
        }
    }

    /// The tag and the entry of a variant.
    fn tagged_variant(&mut self, union: &str, property: &str, variant: &Variant) -> (String, String) {
        let name = match &variant.payload {
            Some(Type::Named(id)) => {
                self.named(*id, Vec::new());
                self.names.of(*id)
            }
            _ => {
                let name = self.names.claim(&format!("{union}{}", case::upper_camel(&variant.wire)));
                let constant = Some((property.to_owned(), variant.wire.clone()));
                let object = Object { constant, ..Object::default() };
                self.add_object(&name, variant.description.as_deref(), &object, Vec::new());
                name
            }
        };
        (variant.wire.clone(), name)
    }

    pub(super) fn add_tagged(&mut self, name: &str, description: &str, tag: &str, members: Vec<(String, String)>) {
        let references = members.iter().map(|(_, member)| self.reference(member)).collect();
        self.add_union_of(name, description, references);
        let place = self.dialect.place();
        if let (true, Some(Value::Object(schema))) = (self.dialect.is_openapi(), self.entries.get_mut(name)) {
            let mapping = members.into_iter().map(|(tag, member)| (tag, Value::from(format!("{place}{member}"))));
            let mapping: Map<String, Value> = mapping.collect();
            schema.insert("discriminator".into(), json!({ "propertyName": tag, "mapping": mapping }));
        }
    }

    pub(super) fn add_union_of(&mut self, name: &str, description: &str, members: Vec<Value>) {
        let mut schema = self.head(name, description);
        schema.insert("oneOf".into(), members.into());
        self.entries.insert(name.to_owned(), schema.into());
    }
}
