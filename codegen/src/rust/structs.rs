//! Objects → structs.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::context::File;
use super::wire;
use super::{docs, schemas};
use crate::ir::{Field, Object, TypeDef};
use crate::naming;

/// The struct of an object, with its constructor and setters.
pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, object: &Object) -> TokenStream {
    let name = file.cx.type_ident(definition);
    with_docs(file, definition, object, &name, &docs::definition(definition))
}

/// The same with another text on the struct.
pub(super) fn with_docs(
    file: &File<'_, '_>,
    definition: &TypeDef,
    object: &Object,
    name: &Ident,
    text: &str,
) -> TokenStream {
    let derive = derives(file);
    let doc = docs::doc(0, text);
    let deprecated = docs::deprecated(definition.deprecated.as_ref());
    let camel = object
        .fields
        .iter()
        .any(|field| field_ident(field) != *field.wire && is_camel(&field_ident(field), &field.wire));
    let rename_all = camel.then(|| quote!(rename_all = "camelCase"));
    let constant = object.constant.as_ref().filter(|_| definition.standalone);
    let schema = match constant {
        Some(constant) => schemas::derive_with_constant(file, &name.to_string(), constant),
        None => schemas::derive(file),
    };
    let tag = constant.map(|(property, value)| quote!(tag = #property, rename = #value));
    let options: Vec<TokenStream> = [tag, rename_all].into_iter().flatten().collect();
    let serde = if options.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#options),*)]) };
    let fields = object.fields.iter().map(|field| struct_field(file, field, camel));
    // What is only received needs no constructor but on the side that sends it.
    let gate = if definition.sent { TokenStream::new() } else { file.cx.gate_server() };
    let methods = constructor(file, name, object);
    let wire = wire::items(file, definition);
    quote! {
        #doc
        #derive
        #schema
        #serde
        #[non_exhaustive]
        #deprecated
        pub struct #name { #(#fields)* }
        #gate
        impl #name { #methods }
        #wire
    }
}

/// The derives of plain data.
pub(super) fn derives(file: &File<'_, '_>) -> TokenStream {
    file.import("serde", "Deserialize");
    file.import("serde", "Serialize");
    quote!(#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)])
}

pub(super) fn field_ident(field: &Field) -> Ident {
    naming::ident(&naming::field_name(field))
}

/// Whether serde's `camelCase` gives the wire name back.
pub(super) fn is_camel(name: &Ident, wire: &str) -> bool {
    let name = name.to_string();
    let mut camel = String::new();
    let mut upper = false;
    for c in name.strip_prefix("r#").unwrap_or(&name).chars() {
        if c == '_' {
            upper = true;
        } else {
            camel.extend(if upper { c.to_uppercase().collect::<Vec<_>>() } else { vec![c] });
            upper = false;
        }
    }
    camel == wire
}

fn struct_field(file: &File<'_, '_>, field: &Field, camel: bool) -> TokenStream {
    let name = field_ident(field);
    let ty = file.field_ty(field);
    let doc = docs::doc(1, &docs::field(field));
    let deprecated = docs::deprecated(field.deprecated.as_ref());
    let mut options = Vec::new();
    let bare = naming::field_name(field);
    if !(is_camel(&name, &field.wire) && (camel || bare == field.wire)) {
        let wire = &field.wire;
        options.push(quote!(rename = #wire));
    }
    options.extend(field.aliases.iter().map(|alias| quote!(alias = #alias)));
    if !field.required {
        options.push(quote!(skip_serializing_if = "Option::is_none"));
    }
    let serde = if options.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#options),*)]) };
    quote!(#doc #serde #deprecated pub #name: #ty,)
}

fn constructor(file: &File<'_, '_>, name: &Ident, object: &Object) -> TokenStream {
    let (parameters, values) = arguments(file, object);
    let names = object.fields.iter().map(field_ident);
    let optional: Vec<&Field> = object.fields.iter().filter(|field| !field.required).collect();
    let article = if name.to_string().starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
    let text = match (parameters.is_empty(), optional.is_empty()) {
        (true, true) => format!("Makes {article} [`{name}`]."),
        (true, false) => format!("Makes {article} [`{name}`] in which nothing is set."),
        (false, _) => format!("Makes {article} [`{name}`] of what is required."),
    };
    let doc = docs::doc(1, &text);
    let allow = (parameters.len() > 7).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let default = parameters.is_empty().then(|| quote!(#[allow(clippy::new_without_default)]));
    let setters = optional.iter().map(|field| setter(file, field));
    let values = values
        .into_iter()
        .zip(names)
        .map(|(value, name)| if name == value.to_string() { quote!(#name) } else { quote!(#name: #value) });
    quote! {
        #doc
        #allow
        #default
        pub fn new(#(#parameters),*) -> Self { Self { #(#values),* } }
        #(#setters)*
    }
}

/// Parameters for what is required, and an expression for every field.
pub(super) fn arguments(file: &File<'_, '_>, object: &Object) -> (Vec<TokenStream>, Vec<TokenStream>) {
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    for field in &object.fields {
        if field.required {
            let name = field_ident(field);
            let (ty, value) = file.argument(field, &name);
            parameters.push(quote!(#name: #ty));
            values.push(value);
        } else {
            values.push(quote!(None));
        }
    }
    (parameters, values)
}

fn setter(file: &File<'_, '_>, field: &Field) -> TokenStream {
    let name = setter_ident(field);
    let member = field_ident(field);
    let argument = setter_argument(field);
    let (ty, value) = file.argument(field, &argument);
    let doc = docs::doc(1, &docs::field(field));
    quote! {
        #doc
        pub fn #name(mut self, #argument: #ty) -> Self {
            self.#member = Some(#value);
            self
        }
    }
}

/// What a setter calls its argument: as the field, unless the setter has another name.
pub(super) fn setter_argument(field: &Field) -> Ident {
    let name = field_ident(field);
    if setter_ident(field) == name { name } else { format_ident!("value") }
}

/// The name of a field's setter.
pub(super) fn setter_ident(field: &Field) -> Ident {
    naming::setter(field)
}
