//! Names in Rust: the only place that makes identifiers.

#![expect(clippy::disallowed_methods, reason = "the only place that makes identifiers")]

pub(crate) mod case;
pub mod reserved;

use proc_macro2::{Ident, Span};
use unicode_ident::{is_xid_continue, is_xid_start};
use unicode_normalization::UnicodeNormalization as _;

use crate::ir::types::{Field, TypeDef, Union, UnionStyle, Variant};
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
    // Rust compares names in this form.
    let mut name: String = name.nfc().collect();
    if !name.starts_with(|first| is_xid_start(first) || first == '_') {
        name.insert(0, '_');
    }
    if KEYWORDS.contains(&name.as_str()) {
        return Ident::new_raw(&name, Span::call_site());
    }
    if NEVER_RAW.contains(&name.as_str()) || !name.chars().all(is_xid_continue) {
        name = name.chars().map(|c| if is_xid_continue(c) { c } else { '_' }).chain(['_']).collect();
    }
    Ident::new(&name, Span::call_site())
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
            Self::MethodModule => &[reserved::FOLDER, reserved::CRATES, reserved::PRIMITIVES, reserved::DEVICES],
            Self::TypeModule => &[&["mod"], reserved::CRATES, reserved::PRIMITIVES, reserved::DEVICES],
            Self::Service => &[
                reserved::CLIENT,
                reserved::ROUTER,
                reserved::ROOT,
                reserved::TRAITS,
                reserved::PRIMITIVES,
                reserved::DEVICES,
            ],
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
    snake(field.identifier.as_ref().unwrap_or(&field.wire))
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
    snake(method.identifier.as_ref().unwrap_or(&method.wire))
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
    variant(&set.name, None)
}

/// The enum of a service's events.
pub(crate) fn service_event(service: &Service) -> Ident {
    type_ident(&format!("{}Event", upper_camel(&service.wire)))
}

/// A variant of an enum, for what the wire calls so.
pub(crate) fn variant(wire: &str, identifier: Option<&str>) -> Ident {
    let name = upper_camel(identifier.unwrap_or(wire));
    match name.chars().next() {
        None => ident("Empty"),
        Some(first) if first.is_ascii_digit() => ident(&format!("V{name}")),
        Some(_) if name == "Self" || name == "Unrecognized" => ident(&format!("{name}Value")),
        Some(_) => ident(&name),
    }
}

/// A variant of a union.
pub(crate) fn union_variant(union: &Union, of: &Variant) -> Ident {
    match union.style {
        UnionStyle::Kinded => ident(&of.wire),
        UnionStyle::Tagged { .. } | UnionStyle::Keyed => variant(&of.wire, of.identifier.as_deref()),
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
