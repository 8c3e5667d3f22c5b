//! Names in Rust: the only place that makes identifiers.

#![expect(clippy::disallowed_methods, reason = "the only place that makes identifiers")]

pub(crate) mod case;
pub mod reserved;

use proc_macro2::{Ident, Span};

use crate::ir::types::{Field, TypeDef, Variant};
use crate::ir::{Api, ErrorSet, Method, Service};
use case::{is_type_name, kebab, snake, upper_camel};

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

/// A scope in which generated names stand beside hand-written ones.
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

/// The name of a type's JSON form.
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

/// UpperCamelCase name of a method, from which the names of its types are made.
pub(crate) fn type_base(method: &Method) -> String {
    upper_camel(method.identifier.as_ref().unwrap_or(&method.wire))
}

/// The error enum of a method.
pub(crate) fn method_error(method: &Method) -> Ident {
    type_ident(&format!("{}Error", type_base(method)))
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
