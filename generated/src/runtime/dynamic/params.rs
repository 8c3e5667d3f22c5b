//! Checks parameters against their description: a parameter that nobody reads is a mistake.

use serde_json::Value;

use crate::runtime::error::Failure;
use crate::runtime::method::describe::{FieldInfo, TypeInfo, TypeKind, ValueType, VariantInfo};
use crate::runtime::text::excerpt;

/// The longest name for which similar ones are looked for; its distance to a name takes time in proportion.
const MAX_NAME: usize = 100;

/// The most names that are listed.
const MAX_LISTED: usize = 20;

/// Checks that all parameters are known, at every depth. Their types are left to the request's own deserializer.
pub(super) fn check_params(info: &TypeInfo, params: &Value) -> Result<(), Failure> {
    check_type(info, params, Path(None))
}

/// Help for a name that does not exist: the most similar of those that do, or all of them.
pub(super) fn did_you_mean(name: &str, candidates: impl Iterator<Item = &'static str> + Clone, plural: &str) -> String {
    if let Some(near) = nearest(name, candidates.clone()) {
        return format!("; did you mean `{near}`?");
    }
    let mut listed: Vec<String> = candidates.clone().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
    if candidates.clone().nth(MAX_LISTED).is_some() {
        listed.push("…".to_owned());
    }
    match listed.as_slice() {
        [] => format!("; there are no {plural}"),
        listed => format!("; the {plural} are {}", listed.join(", ")),
    }
}

fn nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let length = name.chars().take(MAX_NAME).count();
    if length == MAX_NAME {
        return None;
    }
    let limit = length.div_ceil(3).max(1);
    let lower = name.to_lowercase();
    let distances = candidates.map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate));
    let near = distances.filter(|(distance, _)| *distance <= limit);
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// The way to a value, from the inside out.
#[derive(Clone, Copy)]
struct Path<'a>(Option<(&'a Path<'a>, Step<'a>)>);

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Element(usize),
}

impl<'a> Path<'a> {
    fn member(&'a self, name: &'a str) -> Self {
        Self(Some((self, Step::Member(name))))
    }

    fn element(&'a self, index: usize) -> Self {
        Self(Some((self, Step::Element(index))))
    }

    /// As in `entries[2].data`.
    fn text(&self) -> String {
        let Some((outer, step)) = &self.0 else { return String::new() };
        let outer = outer.text();
        match step {
            Step::Element(index) => format!("{outer}[{index}]"),
            Step::Member(name) if outer.is_empty() => excerpt(name),
            Step::Member(name) => format!("{outer}.{}", excerpt(name)),
        }
    }
}

fn check_type(info: &TypeInfo, value: &Value, path: Path<'_>) -> Result<(), Failure> {
    match info.kind {
        TypeKind::Object(fields) => check_members(fields, None, value, path),
        TypeKind::Enum(_) => Ok(()),
        TypeKind::Tagged { tag, variants } => {
            let Some(Value::String(name)) = value.get(tag) else { return Ok(()) };
            // An unknown variant is sent as it is.
            let Some(variant) = variants.iter().find(|variant| variant.name == *name) else { return Ok(()) };
            match variant.ty {
                Some(ValueType::Named(describe)) => check_members(describe().fields(), Some(tag), value, path),
                _ => check_members(&[], Some(tag), value, path),
            }
        }
        TypeKind::Keyed(variants) => {
            let Value::Object(members) = value else { return Ok(()) };
            members.iter().try_for_each(|(name, value)| {
                let is_named = |variant: &&VariantInfo| variant.name == name || variant.aliases.contains(&&**name);
                let Some(variant) = variants.iter().find(is_named) else {
                    let names = variants.iter().map(|variant| variant.name);
                    return Err(unknown(names, path.member(name), name));
                };
                variant.ty.map_or(Ok(()), |ty| check_value(ty, value, path.member(name)))
            })
        }
        TypeKind::Untagged(variants) => {
            let types = variants.iter().filter_map(|variant| variant.ty);
            types.filter(|ty| is_json_of(*ty, value)).try_for_each(|ty| check_value(ty, value, path))
        }
    }
}

fn check_value(ty: ValueType, value: &Value, path: Path<'_>) -> Result<(), Failure> {
    match (ty, value) {
        (ValueType::Named(describe), _) => check_type(describe(), value, path),
        (ValueType::List(items), Value::Array(values)) => {
            values.iter().enumerate().try_for_each(|(index, value)| check_value(*items, value, path.element(index)))
        }
        // Some lists may be given as one item.
        (ValueType::List(items), Value::Object(_)) => check_value(*items, value, path),
        _ => Ok(()),
    }
}

fn check_members(
    fields: &'static [FieldInfo],
    tag: Option<&'static str>,
    value: &Value,
    path: Path<'_>,
) -> Result<(), Failure> {
    let Value::Object(members) = value else { return Ok(()) };
    members.iter().filter(|(name, _)| tag != Some(&**name)).try_for_each(|(name, value)| {
        let is_named = |field: &&FieldInfo| field.name == name || field.aliases.contains(&&**name);
        match fields.iter().find(is_named) {
            Some(field) => check_value(field.ty, value, path.member(name)),
            None => Err(unknown(tag.into_iter().chain(fields.iter().map(|field| field.name)), path.member(name), name)),
        }
    })
}

fn unknown(names: impl Iterator<Item = &'static str> + Clone, path: Path<'_>, name: &str) -> Failure {
    Failure::invalid(path.text(), format!("unknown{}", did_you_mean(name, names, "names here")))
}

/// Whether a value has the JSON type of an alternative.
fn is_json_of(ty: ValueType, value: &Value) -> bool {
    match ty {
        ValueType::Named(_) | ValueType::Tensor => value.is_object(),
        ValueType::List(_) => value.is_array(),
        _ => !value.is_object() && !value.is_array(),
    }
}
