//! The only place that makes identifiers.

use std::collections::HashMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

use crate::diag::{Diagnostics, Location};
use crate::ir::{Api, Field, Owner, TypeDef, TypeKind, UnionStyle};

/// Whether a name is UpperCamelCase letters and digits; a run of capitals such as `FS` is fine.
pub(crate) fn is_type_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a name is lowerCamelCase letters and digits.
pub(crate) fn is_member_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a name may be given as an `identifier`.
pub(crate) fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// `trainingStatus`, `training_status` → `TrainingStatus`.
pub(crate) fn upper_camel(name: &str) -> String {
    name.to_upper_camel_case()
}

/// `trainingStatus`, `FS` → `training_status`, `fs`.
pub(crate) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// `trainingStatus` → `training status`, for prose.
pub(crate) fn words(name: &str) -> String {
    name.to_snake_case().replace('_', " ")
}

/// `PersistentLauncher` → `persistent-launcher`: the cargo feature of a service.
pub(crate) fn feature(service: &str) -> String {
    service.to_snake_case().replace('_', "-")
}

/// Words that Rust reserves; the second group cannot be made raw.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
const NEVER_RAW: &[&str] = &["crate", "self", "super", "Self", "_"];

/// Type names that generated code uses with another meaning.
const TAKEN_TYPES: &[&str] = &[
    "Api",
    "Channel",
    "EventError",
    "EventKind",
    "EventSet",
    "IdSource",
    "RawEvent",
    "Subscribes",
    "Subscription",
    "ApiError",
    "Arc",
    "Base64",
    "Blob",
    "BlobRule",
    "Box",
    "Call",
    "Cancels",
    "Client",
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Deserializer",
    "Display",
    "Drop",
    "Duration",
    "Eq",
    "Err",
    "Error",
    "ErrorCode",
    "FieldError",
    "Fn",
    "From",
    "Future",
    "Hash",
    "Into",
    "IntoIterator",
    "Iterator",
    "JsonSchema",
    "Kinded",
    "Keyed",
    "Meter",
    "Method",
    "MetricRange",
    "None",
    "Ok",
    "Operation",
    "Option",
    "Ord",
    "Page",
    "Paged",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Route",
    "Router",
    "Routes",
    "Self",
    "Send",
    "Serialize",
    "Serializer",
    "ServiceError",
    "Some",
    "Started",
    "Starts",
    "String",
    "Sync",
    "Tagged",
    "Tensor",
    "ToString",
    "Unmetered",
    "Value",
    "Vec",
];

/// A field, function or module name as an identifier: keywords are made raw, or get an underscore.
pub(crate) fn ident(name: &str) -> Ident {
    let mut name = name.to_owned();
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&name.as_str()) {
        return Ident::new_raw(&name, Span::call_site());
    }
    if NEVER_RAW.contains(&name.as_str()) || !is_rust_ident(&name) {
        name = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).chain(['_']).collect();
    }
    Ident::new(&name, Span::call_site())
}

fn is_rust_ident(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// A type's or variant's name as an identifier.
pub(crate) fn type_ident(name: &str) -> Ident {
    if TAKEN_TYPES.contains(&name) { Ident::new(&format!("{name}Type"), Span::call_site()) } else { ident(name) }
}

/// The name of a field in Rust.
pub(crate) fn field_name(field: &Field) -> String {
    field.identifier.clone().unwrap_or_else(|| snake(&field.wire))
}

/// The name of an enum's or union's variant in Rust.
pub(crate) fn variant_name(wire: &str, identifier: Option<&str>) -> String {
    let name = identifier.map_or_else(|| upper_camel(wire), upper_camel);
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("V{name}"),
        Some(_) if name == "Self" || name == "Unrecognized" => format!("{name}Value"),
        Some(_) => name,
    }
}

/// The name of a type in Rust: without the API's prefix.
pub(crate) fn type_name(api: &Api, definition: &TypeDef) -> String {
    let name = definition
        .name
        .strip_prefix(api.type_prefix.as_str())
        .filter(|rest| is_type_name(rest))
        .unwrap_or(&definition.name);
    type_ident(name).to_string()
}

/// Notes every pair of names that would be the same in Rust.
pub(crate) fn check(api: &Api, diagnostics: &mut Diagnostics) {
    let mut scope = Scope::default();
    for definition in &api.types {
        let shelf = match definition.owner {
            Owner::Shared(_) => "types",
            Owner::Errors => "errors",
            Owner::Method(..) | Owner::Event(..) => continue,
        };
        scope.claim(shelf, &type_name(api, definition), &definition.name, &definition.at, diagnostics);
    }
    for (index, service) in api.services.iter().enumerate() {
        let module = format!("service {}", service.wire);
        for method in &service.methods {
            let name = method.identifier.clone().unwrap_or_else(|| snake(&method.wire));
            scope.claim(&module, &name, &method.wire, &method.at, diagnostics);
        }
        for event in &service.events {
            scope.claim(
                &format!("{module} events"),
                &variant_name(&event.wire, None),
                &event.wire,
                &event.at,
                diagnostics,
            );
        }
        for definition in &api.types {
            if matches!(definition.owner, Owner::Method(owner, _) | Owner::Event(owner, _) if owner == index) {
                let name = type_name(api, definition);
                scope.claim(&module, &name, &definition.name, &definition.at, diagnostics);
                scope.report_shadowed("types", &name, &definition.name, &definition.at, diagnostics);
            }
        }
    }
    for (id, definition) in api.types.iter().enumerate() {
        let owner = format!("type {id}");
        match &definition.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    scope.claim_once(
                        &owner,
                        &ident(&field_name(field)).to_string(),
                        &field.wire,
                        &field.at,
                        diagnostics,
                    );
                }
            }
            TypeKind::Enum(set) => {
                for value in &set.values {
                    scope.claim_once(
                        &owner,
                        &variant_name(&value.wire, value.identifier.as_deref()),
                        &value.wire,
                        &value.at,
                        diagnostics,
                    );
                }
            }
            TypeKind::Union(union) => {
                for variant in &union.variants {
                    let name = if union.style == UnionStyle::Kinded {
                        variant.wire.clone()
                    } else {
                        variant_name(&variant.wire, None)
                    };
                    scope.claim_once(&owner, &name, &variant.wire, &variant.at, diagnostics);
                }
            }
        }
    }
}

#[derive(Default)]
struct Scope {
    names: HashMap<(String, String), String>,
}

impl Scope {
    fn claim(&mut self, scope: &str, name: &str, wire: &str, at: &Location, diagnostics: &mut Diagnostics) {
        let earlier = self.names.insert((scope.to_owned(), name.to_owned()), wire.to_owned());
        if let Some(earlier) = earlier {
            Self::report(name, wire, &earlier, at, diagnostics);
        }
    }

    /// The same for members, where a wire name that stands twice is reported already.
    fn claim_once(&mut self, scope: &str, name: &str, wire: &str, at: &Location, diagnostics: &mut Diagnostics) {
        if self.names.get(&(scope.to_owned(), name.to_owned())).is_none_or(|earlier| earlier != wire) {
            self.claim(scope, name, wire, at, diagnostics);
        }
    }

    /// Notes a name that is taken in another scope whose names are imported.
    fn report_shadowed(&self, scope: &str, name: &str, wire: &str, at: &Location, diagnostics: &mut Diagnostics) {
        if let Some(earlier) = self.names.get(&(scope.to_owned(), name.to_owned())) {
            Self::report(name, wire, earlier, at, diagnostics);
        }
    }

    fn report(name: &str, wire: &str, earlier: &str, at: &Location, diagnostics: &mut Diagnostics) {
        let message = format!("`{wire}` and `{earlier}` are both `{name}` in Rust");
        diagnostics.error(at, message, "give one of them a name of its own: `identifier`, for an enum's value `enumIdentifiers`, for an inline type `title`");
    }
}

/// The name that was probably meant, if one is near.
pub(crate) fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = name.chars().count().div_ceil(3).max(1);
    let distances = candidates.into_iter().map(|candidate| (distance(name, candidate), candidate));
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits that turn one name into the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut previous = index.saturating_add(1);
        let mut diagonal = index;
        let mut next = vec![previous];
        for (above, b) in row.iter().skip(1).zip(right.chars()) {
            let replace = diagonal.saturating_add(usize::from(!a.eq_ignore_ascii_case(&b)));
            previous = replace.min(above.saturating_add(1)).min(previous.saturating_add(1));
            diagonal = *above;
            next.push(previous);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
