//! Objects → structs.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::file::File;
use super::{docs, schemas};
use crate::ir::types::{Field, Object, TypeDef};
use crate::{naming, render};

/// The struct of an object, with its constructor and setters, behind a gate.
pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, object: &Object, gate: &TokenStream) -> TokenStream {
    with_docs(file, definition, object, &docs::definition(definition), "constructors", gate)
}

/// The same with another text on the struct, and the macro that declares the constructors.
pub(super) fn with_docs(
    file: &File<'_, '_>,
    definition: &TypeDef,
    object: &Object,
    text: &str,
    constructors: &str,
    gate: &TokenStream,
) -> TokenStream {
    let name = &file.cx.type_ident(definition);
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
    let server = if definition.sent { TokenStream::new() } else { file.cx.gate_server() };
    let constructors = self::constructors(file, name, object, (constructors, &server));
    quote! {
        #gate
        #doc
        #derive
        #schema
        #serde
        #[non_exhaustive]
        #deprecated
        pub struct #name { #(#fields)* }
        #gate
        #server
        #constructors
    }
}

/// The derives of plain data.
pub(super) fn derives(file: &File<'_, '_>) -> TokenStream {
    file.use_derives();
    quote!(#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)])
}

pub(super) fn field_ident(field: &Field) -> Ident {
    naming::ident(&naming::field_name(field))
}

/// Whether serde's `camelCase` gives the wire name back. It knows the letters of ASCII only, and cannot be applied to a
/// name that has other ones first, or nothing but underscores.
pub(super) fn is_camel(name: &Ident, wire: &str) -> bool {
    let name = name.to_string();
    let mut camel = String::new();
    let mut upper = false;
    for c in name.strip_prefix("r#").unwrap_or(&name).chars() {
        if c == '_' {
            upper = !camel.is_empty();
        } else {
            camel.push(match camel.is_empty() {
                true => c.to_ascii_lowercase(),
                false if upper => c.to_ascii_uppercase(),
                false => c,
            });
            upper = false;
        }
    }
    camel.starts_with(|first: char| first.is_ascii()) && camel == wire
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
    if field.declared_item().is_some() {
        let function = if field.required { "item_or_list" } else { "optional_item_or_list" };
        let path = format!("{}::{function}", file.cx.options.runtime);
        let default = (!field.required).then(|| quote!(default,));
        options.push(quote!(#default deserialize_with = #path));
    }
    if !field.required {
        options.push(quote!(skip_serializing_if = "Option::is_none"));
    }
    let serde = if options.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#options),*)]) };
    quote!(#doc #serde #deprecated pub #name: #ty,)
}

/// `new` and the setters of optional fields, in the macro that declares them.
fn constructors(
    file: &File<'_, '_>,
    name: &Ident,
    object: &Object,
    (constructors, gate): (&str, &TokenStream),
) -> TokenStream {
    let parameters = parameters(file, object);
    let optional: Vec<&Field> = object.fields.iter().filter(|field| !field.is_argument()).collect();
    let setters = optional.into_iter().map(|field| {
        let (setter, argument) = (setter_ident(field), field_ident(field));
        let ty = file.argument(field);
        let doc = docs::doc(2, &docs::brief(2, field));
        quote!(#doc pub fn #setter(#argument: #ty);)
    });
    let constructors = file.runtime_behind(gate, constructors);
    render::in_macro(&constructors, quote!(impl #name { pub fn new(#(#parameters),*); #(#setters)* }))
}

/// Parameters for what is required.
pub(super) fn parameters(file: &File<'_, '_>, object: &Object) -> Vec<TokenStream> {
    let required = object.fields.iter().filter(|field| field.is_argument());
    let parameters = required.map(|field| {
        let (name, ty) = (field_ident(field), file.argument(field));
        quote!(#name: #ty)
    });
    parameters.collect()
}

/// The name of a field's setter.
pub(super) fn setter_ident(field: &Field) -> Ident {
    naming::setter(field)
}
