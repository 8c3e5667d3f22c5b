//! What was probably renamed: it is gone under its old name, and much like it is new under another.

use std::collections::BTreeSet;

use crate::diag::nearest;
use crate::ir::types::{EnumValue, Field, Owner, Type, TypeDef, TypeKind, UnionStyle, Variant};
use crate::ir::{Api, ErrorShape, Event, Method, Service};

/// What identifies a part of the API apart from its place.
pub(super) struct Profile<'a> {
    name: &'a str,
    description: &'a str,
    /// Other names that readers accept.
    aliases: &'a [String],
    /// Its members at every depth, each with its type.
    shape: BTreeSet<String>,
}

/// The parts of a kind in two definitions.
pub(super) struct Matched<'a, T> {
    /// The old ones, each with what it has become.
    pub(super) old: Vec<(&'a T, Option<&'a T>)>,
    /// The new ones that no old one has become.
    pub(super) added: Vec<&'a T>,
}

/// Matches parts by their names, and what is left by how much it is alike.
pub(super) fn match_up<'a, T>(
    (old_api, old): (&Api, &'a [T]),
    (new_api, new): (&Api, &'a [T]),
    name: impl Fn(&T) -> &str,
    profile: impl Fn(&Api, &'a T) -> Profile<'a>,
) -> Matched<'a, T> {
    let has = |parts: &[T], part: &T| parts.iter().any(|other| name(other) == name(part));
    let gone: Vec<&T> = old.iter().filter(|part| !has(new, part)).collect();
    let added: Vec<&T> = new.iter().filter(|part| !has(old, part)).collect();
    let pairs = pair(
        &gone.iter().map(|part| profile(old_api, part)).collect::<Vec<_>>(),
        &added.iter().map(|part| profile(new_api, part)).collect::<Vec<_>>(),
    );
    let renamed = |part: &T| {
        let index = gone.iter().position(|gone| name(gone) == name(part))?;
        let (_, index) = pairs.iter().find(|(gone, _)| *gone == index)?;
        added.get(*index).copied()
    };
    let same = |part: &T| new.iter().find(|other| name(other) == name(part));
    let is_left = |index: &usize| !pairs.iter().any(|(_, added)| added == index);
    Matched {
        old: old.iter().map(|part| (part, same(part).or_else(|| renamed(part)))).collect(),
        added: added.iter().enumerate().filter(|(index, _)| is_left(index)).map(|(_, part)| *part).collect(),
    }
}

/// Parts that are gone, each with the new part that it has probably become, as indexes.
fn pair(gone: &[Profile<'_>], new: &[Profile<'_>]) -> Vec<(usize, usize)> {
    let is_only_pair = gone.len() == 1 && new.len() == 1;
    let mut scores = Vec::new();
    for (old_index, old) in gone.iter().enumerate() {
        for (new_index, new) in new.iter().enumerate() {
            let (score, is_distinctive) = old.similarity(new);
            if score >= 3 || (is_only_pair && is_distinctive) {
                scores.push((std::cmp::Reverse(score), old_index, new_index));
            }
        }
    }
    scores.sort_unstable();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (_, old, new) in scores {
        if !pairs.iter().any(|pair| pair.0 == old || pair.1 == new) {
            pairs.push((old, new));
        }
    }
    pairs
}

impl<'a> Profile<'a> {
    pub(super) fn of_type(api: &Api, definition: &'a TypeDef) -> Self {
        let mut shape = BTreeSet::new();
        members(api, definition, "", &mut shape);
        // A type that holds itself does so under its own name.
        let own_name = format!(": {}", definition.name);
        let shape = shape.into_iter().map(|member| match member.strip_suffix(&own_name) {
            Some(path) => format!("{path}: itself"),
            None => member,
        });
        let description = definition.description.as_deref().unwrap_or_default();
        Self { name: &definition.name, description, aliases: &[], shape: shape.collect() }
    }

    pub(super) fn of_field(api: &Api, field: &'a Field) -> Self {
        let mut shape = BTreeSet::new();
        flatten(api, &field.ty, "", &mut shape);
        let description = field.description.as_deref().unwrap_or_default();
        Self { name: &field.wire, description, aliases: &field.aliases, shape }
    }

    pub(super) fn of_variant(api: &Api, variant: &'a Variant) -> Self {
        let mut shape = BTreeSet::new();
        variant.payload.iter().for_each(|payload| flatten(api, payload, "", &mut shape));
        let description = variant.description.as_deref().unwrap_or_default();
        Self { name: &variant.wire, description, aliases: &variant.aliases, shape }
    }

    pub(super) fn of_method(api: &Api, method: &'a Method) -> Self {
        let mut shape = BTreeSet::new();
        flatten(api, &method.params, "params", &mut shape);
        flatten(api, &method.result, "result", &mut shape);
        Self { name: &method.wire, description: &method.description, aliases: &[], shape }
    }

    pub(super) fn of_event(api: &Api, event: &'a Event) -> Self {
        let mut shape = BTreeSet::new();
        flatten(api, &event.params, "params", &mut shape);
        Self { name: &event.wire, description: &event.description, aliases: &[], shape }
    }

    pub(super) fn of_value(value: &'a EnumValue) -> Self {
        let description = value.description.as_deref().unwrap_or_default();
        Self { name: &value.wire, description, aliases: &[], shape: BTreeSet::new() }
    }

    pub(super) fn of_error(api: &Api, error: &'a ErrorShape) -> Self {
        let mut shape = BTreeSet::new();
        error.fields.iter().for_each(|fields| flatten(api, fields, "", &mut shape));
        Self { name: &error.code, description: &error.description, aliases: &[], shape }
    }

    pub(super) fn of_service(service: &'a Service) -> Self {
        let methods = service.methods.iter().map(|method| method.wire.clone());
        let shape = methods.chain(service.events.iter().map(|event| event.wire.clone())).collect();
        Self { name: &service.wire, description: &service.description, aliases: &[], shape }
    }

    /// How much speaks for a rename, and whether that is enough if nothing else is gone or new.
    fn similarity(&self, other: &Self) -> (u32, bool) {
        let common = self.shape.intersection(&other.shape).count();
        let all = self.shape.union(&other.shape).count();
        // At least two thirds of the members. Parts without members are not alike for that.
        let is_alike = all > 0 && common.saturating_mul(3) >= all.saturating_mul(2);
        let has_description = !self.description.is_empty() && self.description == other.description;
        let is_near = nearest(self.name, [other.name]).is_some();
        // Then the definition says so itself.
        let is_alias = |aliases: &[String], name: &str| aliases.iter().any(|alias| alias == name);
        let is_same = is_alias(other.aliases, self.name) || is_alias(self.aliases, other.name);
        let score = [(is_same, 6), (is_alike, 2), (has_description, 2), (is_near, 1)];
        let score = score.into_iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum();
        // Values of enums have little more than a name.
        (score, has_description || (is_alike && common >= 2) || (all == 0 && is_near))
    }
}

/// Adds a type's members, with those of inline types in it. Shared types go by their names.
fn flatten(api: &Api, ty: &Type, path: &str, shape: &mut BTreeSet<String>) {
    match ty {
        Type::List(items) => flatten(api, items, &format!("{path}[]"), shape),
        Type::Named(id) => match api.get(*id) {
            Some(definition) if definition.owner == Owner::Shared(*id) => {
                shape.insert(format!("{path}: {}", definition.name));
            }
            Some(definition) => members(api, definition, path, shape),
            None => {}
        },
        scalar => {
            shape.insert(format!("{path}: {scalar:?}"));
        }
    }
}

fn members(api: &Api, definition: &TypeDef, path: &str, shape: &mut BTreeSet<String>) {
    match &definition.kind {
        TypeKind::Object(object) => {
            shape.insert(format!("{path}: object"));
            for field in &object.fields {
                flatten(api, &field.ty, &format!("{path}.{}", field.wire), shape);
            }
        }
        TypeKind::Enum(set) => shape.extend(set.values.iter().map(|value| format!("{path}={}", value.wire))),
        TypeKind::Union(union) => {
            for variant in &union.variants {
                let place = match union.style {
                    UnionStyle::Tagged { .. } => format!("{path}<{}>", variant.wire),
                    UnionStyle::Keyed => format!("{path}.{}", variant.wire),
                    UnionStyle::Kinded => format!("{path}<{:?}>", variant.kind),
                };
                match &variant.payload {
                    Some(payload) => flatten(api, payload, &place, shape),
                    None => drop(shape.insert(place)),
                }
            }
        }
    }
}
