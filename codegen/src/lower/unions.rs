//! Unions: how their alternatives are distinguished.

use std::collections::BTreeSet;

use super::lowering::{Lowering, Place, Role};
use crate::ir::types::{JsonKind, Type, TypeKind, Union, UnionStyle, Variant};
use crate::naming::case;
use crate::source::Location;
use crate::spanned::Spanned;
use crate::spec::types::{Kind, Schema};

const HELP: &str = "give every alternative the same required `const` property, or one required property of its own, or another JSON type";

/// How many references are followed in a row.
const MAX_REFERENCES: usize = 16;

impl<'a> Lowering<'a> {
    pub(super) fn lower_union(
        &mut self,
        alternatives: &[Spanned<Schema>],
        at: &Location,
        place: &Place,
    ) -> Option<Union> {
        if alternatives.is_empty() {
            self.error(at, "the union has no alternatives", "add one, or use another type");
            return None;
        }
        for alternative in alternatives {
            let Some(schema) = alternative.get().filter(|schema| schema.reference.is_some()) else { continue };
            if self.target(schema).is_some_and(|target| target.one_of.is_some())
                && let Some(Type::Named(id)) = self.lower_type(schema, &alternative.at, &place.element())
            {
                // It needs no other use.
                self.bare.insert(id);
            }
        }
        let alternatives = &self.flatten(alternatives, 0, &mut Vec::new());
        // An alternative with a mistake is reported there; what it would be is unknown.
        let sound: Option<Vec<&Schema>> = alternatives.iter().map(|alternative| alternative.get()).collect();
        let targets: Option<Vec<&Schema>> = sound?.into_iter().map(|schema| self.target(schema)).collect();
        let Some(targets) = targets else {
            // A dangling reference: following it reports it.
            for alternative in alternatives.iter() {
                self.lower_type(alternative.get()?, &alternative.at, &place.element());
            }
            return None;
        };
        if let Some(property) = common_tag(&targets) {
            return self.lower_tagged(property, alternatives, place);
        }
        if targets.iter().all(|schema| sole_required_property(schema).is_some()) {
            return self.lower_keyed(alternatives, place);
        }
        let kinds: Vec<Option<JsonKind>> = targets.iter().map(|schema| kind_of(schema)).collect();
        let is_repeated = |(index, kind): (usize, &Option<JsonKind>)| {
            kind.is_some() && kinds.iter().take(index).any(|earlier| earlier == kind)
        };
        if kinds.iter().enumerate().any(is_repeated) {
            self.error(
                at,
                "the alternatives of this union cannot be distinguished: two have the same JSON type and no tag",
                HELP,
            );
            return None;
        }
        self.lower_kinded(alternatives, place)
    }

    /// The alternatives, with those of another union in the place of a reference to it. A second reference to one union
    /// stays, and is reported as an alternative that cannot be distinguished: otherwise a few lines could stand for any
    /// number of alternatives.
    fn flatten<'s>(
        &self,
        alternatives: &'s [Spanned<Schema>],
        depth: usize,
        seen: &mut Vec<&'s Schema>,
    ) -> Vec<&'s Spanned<Schema>>
    where
        'a: 's,
    {
        let mut flat = Vec::new();
        for alternative in alternatives {
            let target = alternative.get().filter(|schema| schema.reference.is_some() && depth < MAX_REFERENCES);
            let target = target.and_then(|schema| self.target(schema));
            let target = target.filter(|target| !seen.iter().any(|other| std::ptr::eq(*other, *target)));
            match target.and_then(|target| Some((target, target.one_of.as_deref()?))) {
                Some((target, others)) => {
                    seen.push(target);
                    flat.extend(self.flatten(others, depth.saturating_add(1), seen));
                }
                None => flat.push(alternative),
            }
        }
        flat
    }

    /// The schema itself or the one it refers to.
    fn target<'s>(&self, schema: &'s Schema) -> Option<&'s Schema>
    where
        'a: 's,
    {
        let mut schema = schema;
        // References in a circle are reported where the types are resolved.
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = &schema.reference else { return Some(schema) };
            let name = reference.get()?.strip_prefix("#/$defs/")?;
            schema = self.spec.defs.get(name)?;
        }
        None
    }

    fn lower_tagged(&mut self, property: String, alternatives: &[&Spanned<Schema>], place: &Place) -> Option<Union> {
        let mut variants: Vec<Variant> = Vec::new();
        for alternative in alternatives {
            let schema = alternative.get()?;
            let target = self.target(schema)?;
            let tag = tag_of(target, &property)?;
            if variants.iter().any(|variant| variant.wire == tag) {
                self.error(
                    &alternative.at,
                    format!("two alternatives have the tag `{tag}`"),
                    "give each alternative its own tag",
                );
                continue;
            }
            self.check_declared_variant(schema);
            let name = schema.title.as_ref().and_then(|title| title.get().cloned());
            let has_fields = target.properties.as_ref().is_some_and(|properties| properties.len() > 1);
            let payload = if has_fields || schema.reference.is_some() {
                let name = name.unwrap_or_else(|| format!("{}{}", place.name, case::upper_camel(&tag)));
                self.lower_type(schema, &alternative.at, &Place { name, role: Role::Variant, ..place.clone() })
            } else {
                // Still resolved for its mistakes; nothing but the tag comes out of it.
                self.lower_object(schema, &alternative.at, place, Some(&property));
                None
            };
            if let (Some(Type::Named(id)), false) = (&payload, has_fields) {
                self.bare.insert(*id);
            }
            variants.push(Variant {
                wire: tag,
                aliases: Vec::new(),
                identifier: None,
                description: schema.description.clone().or_else(|| target.description.clone()),
                since: self.since(schema.since.as_ref()),
                payload: payload.filter(|_| has_fields),
                boxed: false,
                kind: JsonKind::Object,
                declared: self.lower_declared(schema),
                at: alternative.at.clone(),
            });
        }
        Some(Union { style: UnionStyle::Tagged { property }, variants, outcome: None })
    }

    fn lower_keyed(&mut self, alternatives: &[&Spanned<Schema>], place: &Place) -> Option<Union> {
        let mut variants: Vec<Variant> = Vec::new();
        let keys =
            alternatives.iter().filter_map(|alternative| sole_required_property(self.target(alternative.get()?)?));
        let mut names: BTreeSet<String> = keys.map(str::to_owned).collect();
        for alternative in alternatives {
            let schema = alternative.get()?;
            let target = self.target(schema)?;
            let (key, at, property) = target.properties.as_ref()?.iter().next()?;
            if variants.iter().any(|variant| variant.wire == key) {
                self.error(at, format!("two alternatives have the key `{key}`"), "give each alternative its own key");
                continue;
            }
            let payload = self.lower_type(property, at, &place.inside(key, Role::Key));
            variants.push(Variant {
                wire: key.to_owned(),
                aliases: self.lower_aliases(property, &mut names),
                identifier: None,
                description: property.description.clone().or_else(|| schema.description.clone()),
                since: self.since(schema.since.as_ref()),
                payload,
                boxed: false,
                kind: JsonKind::Object,
                declared: None,
                at: alternative.at.clone(),
            });
        }
        Some(Union { style: UnionStyle::Keyed, variants, outcome: None })
    }

    fn lower_kinded(&mut self, alternatives: &[&Spanned<Schema>], place: &Place) -> Option<Union> {
        let mut variants: Vec<Variant> = Vec::new();
        for alternative in alternatives {
            let schema = alternative.get()?;
            let title = schema.title.as_ref().and_then(|title| title.get().cloned());
            if let (Some(title), Some(spanned)) = (&title, &schema.title) {
                self.check_type_name(title, &spanned.at);
            }
            let inline = title.clone().map_or_else(|| place.name.clone(), |title| format!("{}{title}", place.name));
            let payload =
                self.lower_type(schema, &alternative.at, &Place { name: inline, role: Role::Other, ..place.clone() })?;
            let Some(kind) = json_kind(self, &payload) else {
                self.error(
                    &alternative.at,
                    "this alternative cannot be distinguished from the others: it can be of several JSON types",
                    HELP,
                );
                continue;
            };
            let name = title.or_else(|| self.name_of(&payload)).unwrap_or_else(|| format!("{kind:?}"));
            variants.push(Variant {
                wire: name,
                aliases: Vec::new(),
                identifier: None,
                description: schema.description.clone(),
                since: self.since(schema.since.as_ref()),
                payload: Some(payload),
                boxed: false,
                kind,
                declared: None,
                at: alternative.at.clone(),
            });
        }
        let is_bytes = |variant: &&Variant| variant.payload == Some(Type::Base64);
        if let Some(bytes) = variants.iter().find(is_bytes)
            && variants.iter().any(|variant| variant.kind == JsonKind::Object)
        {
            self.error(
                &bytes.at,
                "base64 bytes cannot be distinguished from the object in this union: in plain JSON both are objects",
                "put the bytes in a property of an object",
            );
        }
        Some(Union { style: UnionStyle::Kinded, variants, outcome: None })
    }

    fn name_of(&self, ty: &Type) -> Option<String> {
        match ty {
            Type::Named(id) => self.types.get(id.0)?.as_ref().map(|definition| definition.name.clone()),
            _ => None,
        }
    }
}

fn tag_of(schema: &Schema, property: &str) -> Option<String> {
    schema.properties.as_ref()?.get(property)?.constant.as_ref()?.get().cloned()
}

/// The JSON type that the schema's values have, where it is one.
fn kind_of(schema: &Schema) -> Option<JsonKind> {
    if schema.properties.is_some() {
        return Some(JsonKind::Object);
    }
    Some(match schema.kind.as_ref()?.get()? {
        Kind::String => JsonKind::String,
        Kind::Boolean => JsonKind::Boolean,
        Kind::Integer | Kind::Number => JsonKind::Number,
        Kind::Array => JsonKind::Array,
        Kind::Object => JsonKind::Object,
    })
}

/// The property that is a constant in every alternative.
fn common_tag(alternatives: &[&Schema]) -> Option<String> {
    let first = alternatives.first()?;
    let (name, ..) = first.properties.as_ref()?.iter().find(|(_, _, property)| property.constant.is_some())?;
    alternatives.iter().all(|schema| tag_of(schema, name).is_some()).then(|| name.to_owned())
}

/// The only property of an object, when it is required and no constant.
fn sole_required_property(schema: &Schema) -> Option<&str> {
    let properties = schema.properties.as_ref()?;
    let (name, _, property) = properties.iter().next()?;
    let required =
        schema.required.iter().flatten().any(|required| required.get().is_some_and(|required| required == name));
    (properties.len() == 1 && required && property.constant.is_none()).then_some(name)
}

/// The JSON kind of a type's values; `None` when it can be several.
fn json_kind(lowering: &Lowering<'_>, ty: &Type) -> Option<JsonKind> {
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
