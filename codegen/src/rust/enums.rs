//! Open sets of strings → enums that keep what they do not know.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::File;
use super::{docs, schemas};
use crate::ir::types::{EnumValue, StringEnum, TypeDef};
use crate::{naming, render};

pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, set: &StringEnum, gate: &TokenStream) -> TokenStream {
    let name = file.cx.type_ident(definition);
    let string_enum = file.runtime("string_enum");
    let doc = docs::doc(1, &docs::definition(definition));
    let schema = schemas::derive_values(file);
    let members = set.values.iter().map(|value| {
        let variant = naming::variant(&value.wire, value.identifier.as_deref());
        let doc = docs::doc(2, &value_text(value));
        let wire = &value.wire;
        quote!(#doc #variant = #wire,)
    });
    let item = render::in_macro(&string_enum, quote!(#doc #schema pub enum #name { #(#members)* }));
    quote!(#gate #item)
}

/// What a value means.
pub(super) fn value_text(value: &EnumValue) -> String {
    let text = match &value.description {
        Some(text) => format!("`{}`: {text}", value.wire),
        None => format!("`{}`.", value.wire),
    };
    docs::since(text, value.since.as_deref())
}
