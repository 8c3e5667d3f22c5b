//! How types travel: code that writes them to the wire and reads them from it.
//!
//! A type without bytes is JSON as a whole, as its derives say. One that holds bytes gets code of its own: its JSON lacks
//! the bytes, which travel beside it in blobs.

mod list_items;
mod objects;
mod unions;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::File;
use crate::ir::{Type, TypeDef, TypeKind};

/// The implementations of a type.
pub(super) fn items(file: &File<'_, '_>, definition: &TypeDef) -> TokenStream {
    let name = file.cx.type_ident(definition);
    let own = match &definition.kind {
        TypeKind::Object(object) if definition.has_wire_form => objects::items(file, definition, object, &name),
        TypeKind::Union(union) if definition.has_wire_form => unions::items(file, union, &name),
        _ if definition.root => {
            file.add_plain_json(&name);
            TokenStream::new()
        }
        _ => TokenStream::new(),
    };
    let parts = definition.list_items.iter().map(|item| list_items::item(file, definition, item, &name));
    quote!(#own #(#parts)*)
}

fn to_wire(file: &File<'_, '_>, name: &Ident, body: TokenStream) -> TokenStream {
    let [to_wire, writer, error] = ["ToWire", "FrameWriter", "WireError"].map(|name| file.runtime(name));
    quote! {
        impl #to_wire for #name {
            fn to_wire(&self, frame: &mut #writer) -> Result<(), #error> { #body }
        }
    }
}

fn from_wire(
    file: &File<'_, '_>,
    name: &Ident,
    json: &TokenStream,
    argument: &TokenStream,
    body: TokenStream,
) -> TokenStream {
    let [from_wire, reader, error] = ["FromWire", "BlobReader", "WireError"].map(|name| file.runtime(name));
    quote! {
        impl #from_wire for #name {
            type Json = #json;
            fn from_wire(#argument: #json, blobs: &mut #reader) -> Result<Self, #error> { #body }
        }
    }
}

/// What stands in the JSON for a type.
fn json_ty(file: &File<'_, '_>, ty: &Type) -> TokenStream {
    match ty {
        Type::List(items) if file.cx.api.has_wire_form(items) => {
            let items = json_ty(file, items);
            quote!(Vec<#items>)
        }
        ty if file.cx.api.has_wire_form(ty) => {
            let (json, ty) = (file.runtime("Json"), file.ty(ty));
            quote!(#json<#ty>)
        }
        ty => file.ty(ty),
    }
}
