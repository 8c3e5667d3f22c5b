//! The only place that makes identifiers.

pub mod reserved;

use std::collections::HashMap;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Ident, Span};

use crate::diag::{Diagnostics, Location};
use crate::ir::{Api, ErrorSet, Field, Method, Owner, Service, TypeDef, TypeId, TypeKind, UnionStyle, Variant};

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

/// `PersistentLauncher` → `persistent-launcher`, for addresses and sample values.
pub(crate) fn kebab(name: &str) -> String {
    name.to_snake_case().replace('_', "-")
}

/// Words that Rust reserves; the second group cannot be made raw.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
const NEVER_RAW: &[&str] = &["crate", "self", "super", "Self", "_"];

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
    if is_reserved_type(name) { Ident::new(&format!("{name}Type"), Span::call_site()) } else { ident(name) }
}

/// Whether generated code uses a type's name with another meaning.
pub(crate) fn is_reserved_type(name: &str) -> bool {
    reserved::TYPES.contains(&name)
}

/// Where a generated name stands beside names that are written by hand.
#[derive(Clone, Copy)]
enum Scope {
    /// Setters, of objects and of calls.
    Setter,
    /// Functions that make a variant of a union.
    Constructor,
    /// Functions of a service's client and of its trait.
    Method,
    /// Functions of a subscription.
    Session,
    /// Modules of methods.
    MethodModule,
    /// Modules of shared types.
    TypeModule,
    /// Modules of services, and functions of the client and of the router.
    Service,
    /// Cargo features of services.
    Feature,
}

impl Scope {
    /// The names that are taken.
    fn reserved(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Setter => &[reserved::CALL, reserved::TRAITS],
            Self::Constructor => &[reserved::TRAITS],
            Self::Method => &[&["new"], reserved::TRAITS],
            Self::Session => &[reserved::SUBSCRIPTION, reserved::TRAITS],
            Self::MethodModule => &[reserved::FOLDER, reserved::CRATES],
            Self::TypeModule => &[&["mod"], reserved::CRATES],
            Self::Service => &[reserved::CLIENT, reserved::ROUTER, reserved::ROOT, reserved::TRAITS],
            Self::Feature => &[reserved::FEATURES],
        }
    }

    /// The name, or another one where it is taken.
    fn settle(self, name: String) -> String {
        if !self.reserved().iter().any(|names| names.contains(&name.as_str())) {
            return name;
        }
        match self {
            Self::Setter => format!("with_{name}"),
            Self::Feature => format!("{name}-service"),
            _ => format!("{name}_"),
        }
    }

    /// The same as an identifier, but without the `r#` that neither links nor names of files have.
    fn settle_ident(self, name: String) -> String {
        let name = ident(&self.settle(name)).to_string();
        name.strip_prefix("r#").unwrap_or(&name).to_owned()
    }
}

/// The name of what stands in the JSON for a type.
pub(crate) fn json_type(name: &Ident) -> Ident {
    Ident::new(&format!("{name}Json"), Span::call_site())
}

/// The name of a field in Rust.
pub(crate) fn field_name(field: &Field) -> String {
    field.identifier.clone().unwrap_or_else(|| snake(&field.wire))
}

/// The setter of a field: called as the field, or `with_…` where calls have that name for something else.
pub(crate) fn setter(field: &Field) -> Ident {
    ident(&Scope::Setter.settle(field_name(field)))
}

/// The function that makes a variant of a union.
pub(crate) fn constructor(variant: &Variant) -> Ident {
    ident(&Scope::Constructor.settle(snake(&variant.wire)))
}

/// The name of a method's function.
pub(crate) fn method_name(method: &Method) -> String {
    Scope::Method.settle_ident(method_base(method))
}

/// The name of a method's function on a subscription.
pub(crate) fn session_name(method: &Method) -> String {
    Scope::Session.settle_ident(method_base(method))
}

/// The module of a method, and its file.
pub(crate) fn method_module(method: &Method) -> String {
    Scope::MethodModule.settle_ident(method_base(method))
}

fn method_base(method: &Method) -> String {
    method.identifier.clone().unwrap_or_else(|| snake(&method.wire))
}

/// The error enum of a method.
pub(crate) fn method_error(method: &Method) -> Ident {
    type_ident(&format!("{}Error", method.type_base()))
}

/// The module of a shared type, and its file.
pub(crate) fn type_module(api: &Api, definition: &TypeDef) -> String {
    Scope::TypeModule.settle_ident(snake(&type_name(api, definition)))
}

/// The module of a service, its folder, and the function of the client and of the router that leads to it.
pub(crate) fn service_module(service: &Service) -> String {
    Scope::Service.settle_ident(snake(&service.wire))
}

/// The cargo feature of a service.
pub(crate) fn feature(service: &Service) -> String {
    Scope::Feature.settle(kebab(&service.wire))
}

/// The client of a service.
pub(crate) fn service_client(service: &Service) -> Ident {
    type_ident(&format!("{}Client", upper_camel(&service.wire)))
}

/// The trait of a service.
pub(crate) fn service_trait(service: &Service) -> Ident {
    type_ident(&format!("{}Service", upper_camel(&service.wire)))
}

/// The enum of a set of errors that is a type of its own.
pub(crate) fn error_set_type(set: &ErrorSet) -> Ident {
    type_ident(&format!("{}Error", upper_camel(&set.name)))
}

/// The variant that holds an error of such a set.
pub(crate) fn error_set_variant(set: &ErrorSet) -> Ident {
    ident(&variant_name(&set.name, None))
}

/// The enum of a service's events.
pub(crate) fn service_event(service: &Service) -> Ident {
    type_ident(&format!("{}Event", upper_camel(&service.wire)))
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
    let mut claims = Claims { names: HashMap::new(), diagnostics };
    check_shared(api, &mut claims);
    for (index, service) in api.services.iter().enumerate() {
        claims.claim("services", service_module(service), format!("`{}`", service.wire), &service.at, RENAME);
        check_service(api, index, service, &mut claims);
    }
    for (id, definition) in api.types.iter().enumerate() {
        check_members(id, definition, &mut claims);
    }
}

fn check_shared(api: &Api, claims: &mut Claims<'_>) {
    for set in &api.error_sets {
        let (name, what) = (error_set_type(set), format!("the error set `{}`", set.name));
        claims.claim("errors", name.to_string(), what, &set.at, RENAME);
        for shape in set.errors.iter().filter_map(|index| api.errors.get(*index)) {
            let variants = format!("error set {}", set.name);
            claims.claim_once(&variants, variant_name(&shape.code, None), format!("`{}`", shape.code), &set.at, RENAME);
        }
    }
    for (id, definition) in api.types.iter().enumerate() {
        let (name, what) = (type_name(api, definition), format!("`{}`", definition.name));
        match definition.owner {
            Owner::Shared(root) => {
                let json = json_of(definition, &name);
                let is_new = claims.claim("types", name, what.clone(), &definition.at, IDENTIFIER);
                if let (true, Some(json)) = (is_new, json) {
                    claims.claim("types", json, format!("the JSON of {what}"), &definition.at, IDENTIFIER);
                }
                if is_new && root == TypeId(id) {
                    let what = format!("the module of {what}");
                    claims.claim("type modules", type_module(api, definition), what, &definition.at, RENAME);
                }
            }
            Owner::Errors => {
                claims.claim("errors", name, what, &definition.at, IDENTIFIER);
            }
            Owner::Method(..) | Owner::Event(..) => {}
        }
    }
}

/// The name of what stands in the JSON for a type, if that is a type of its own.
fn json_of(definition: &TypeDef, name: &str) -> Option<String> {
    definition.has_wire_form.then(|| json_type(&ident(name)).to_string())
}

fn check_service(api: &Api, index: usize, service: &Service, claims: &mut Claims<'_>) {
    let place = |of: &str| format!("service {index} {of}");
    let (functions, types) = (place("functions"), place("types"));
    let client = format!("the client of `{}`", service.wire);
    claims.claim_type(&types, service_client(service).to_string(), client, &service.at, TYPE);
    let server = format!("the trait of `{}`", service.wire);
    claims.claim_type(&types, service_trait(service).to_string(), server, &service.at, TYPE);
    if !service.events.is_empty() {
        let events = format!("the events of `{}`", service.wire);
        claims.claim_type(&types, service_event(service).to_string(), events, &service.at, TYPE);
    }
    // What follows from the name of a method that is reported is not reported as well.
    let mut sound = Vec::new();
    for method in &service.methods {
        let (at, what) = (&method.at, format!("`{}`", method.wire));
        let (module, session) = (format!("the module of {what}"), format!("{what} of a subscription"));
        sound.push(
            claims.claim(&functions, method_name(method), what.clone(), at, IDENTIFIER)
                && claims.claim(&place("modules"), method_module(method), module, at, IDENTIFIER)
                && (service.events.is_empty()
                    || claims.claim(&place("session"), session_name(method), session, at, IDENTIFIER))
                && claims.claim_type(
                    &types,
                    method_error(method).to_string(),
                    format!("the errors of {what}"),
                    at,
                    IDENTIFIER,
                ),
        );
        for shape in method.errors.iter().filter_map(|index| api.errors.get(*index)) {
            let variants = format!("{types} errors {}", method.wire);
            claims.claim_once(&variants, variant_name(&shape.code, None), format!("`{}`", shape.code), at, RENAME);
        }
        for set in method.error_sets.iter().filter_map(|index| api.error_sets.get(*index)) {
            let what = format!("the error set `{}`", set.name);
            let variants = format!("{types} errors {}", method.wire);
            claims.claim_once(&variants, error_set_variant(set).to_string(), what, at, RENAME);
        }
    }
    for event in &service.events {
        let what = format!("`{}`", event.wire);
        claims.claim(&place("events"), variant_name(&event.wire, None), what, &event.at, RENAME);
    }
    for definition in &api.types {
        let of = match definition.owner {
            Owner::Method(owner, method) if owner == index && sound.get(method) == Some(&true) => {
                service.methods.get(method).map(|method| &method.wire)
            }
            Owner::Event(owner, event) if owner == index => service.events.get(event).map(|event| &event.wire),
            _ => None,
        };
        if let Some(of) = of {
            let (what, name) = (format!("the type `{}` of `{of}`", definition.name), type_name(api, definition));
            let json = json_of(definition, &name);
            let is_new = claims.claim_type(&types, name, what.clone(), &definition.at, IDENTIFIER);
            if let (true, Some(json)) = (is_new, json) {
                claims.claim_type(&types, json, format!("the JSON of {what}"), &definition.at, IDENTIFIER);
            }
        }
    }
}

fn check_members(id: usize, definition: &TypeDef, claims: &mut Claims<'_>) {
    let owner = format!("type {id}");
    match &definition.kind {
        TypeKind::Object(object) => {
            let setters = format!("{owner} setters");
            for field in &object.fields {
                let what = format!("`{}`", field.wire);
                let name = ident(&field_name(field)).to_string();
                let is_new = claims.claim_once(&owner, name, what.clone(), &field.at, IDENTIFIER);
                if is_new && !field.required {
                    let what = format!("the setter of {what}");
                    claims.claim_once(&setters, setter(field).to_string(), what, &field.at, SETTER);
                }
            }
        }
        TypeKind::Enum(set) => {
            for value in &set.values {
                let name = variant_name(&value.wire, value.identifier.as_deref());
                claims.claim_once(&owner, name, format!("`{}`", value.wire), &value.at, IDENTIFIER);
            }
        }
        TypeKind::Union(union) => {
            for variant in &union.variants {
                let name = if union.style == UnionStyle::Kinded {
                    variant.wire.clone()
                } else {
                    variant_name(&variant.wire, None)
                };
                claims.claim_once(&owner, name, format!("`{}`", variant.wire), &variant.at, IDENTIFIER);
            }
        }
    }
}

const IDENTIFIER: &str = "give one of them a name of its own: `identifier`, for an enum's value `enumIdentifiers`, for an inline type `title`";
const SETTER: &str =
    "give one of them an `identifier`; the setter is called `with_…` where a call has a function of the field's name";
const TYPE: &str = "give the type another name: in `$defs`, or with `title` where it is inline";
const RENAME: &str = "rename one of them";

/// Names that have been given, and what was called by them.
struct Claims<'d> {
    names: HashMap<(String, String), String>,
    diagnostics: &'d mut Diagnostics,
}

impl Claims<'_> {
    /// Notes a name, and whether it is new there.
    fn claim(&mut self, scope: &str, name: String, what: String, at: &Location, help: &str) -> bool {
        match self.names.insert((scope.to_owned(), name.clone()), what.clone()) {
            Some(earlier) => {
                self.report(&name, &what, &earlier, at, help);
                false
            }
            None => true,
        }
    }

    /// The same for members, where a wire name that stands twice is reported already.
    fn claim_once(&mut self, scope: &str, name: String, what: String, at: &Location, help: &str) -> bool {
        match self.names.get(&(scope.to_owned(), name.clone())) {
            Some(earlier) if *earlier == what => false,
            _ => self.claim(scope, name, what, at, help),
        }
    }

    /// The same for types of a service, whose files import shared types and those of errors.
    fn claim_type(&mut self, scope: &str, name: String, what: String, at: &Location, help: &str) -> bool {
        if !self.claim(scope, name.clone(), what.clone(), at, help) {
            return false;
        }
        let imported = ["types", "errors"].map(|imported| (imported.to_owned(), name.clone()));
        let earlier = imported.iter().find_map(|key| self.names.get(key)).cloned();
        if let Some(earlier) = &earlier {
            self.report(&name, &what, earlier, at, help);
        }
        earlier.is_none()
    }

    fn report(&mut self, name: &str, what: &str, earlier: &str, at: &Location, help: &str) {
        self.diagnostics.error(at, format!("{what} and {earlier} are both `{name}` in Rust"), help);
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
