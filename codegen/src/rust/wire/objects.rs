//! Objects: how each field travels, in the macro that writes and reads them.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ir::blobs::Blob;
use crate::ir::types::{Field, Object, RootNames, Type, TypeDef};
use crate::naming::{self, case};
use crate::rust::file::File;
use crate::rust::structs;

pub(super) fn items(file: &File<'_, '_>, definition: &TypeDef, object: &Object, name: &Ident) -> TokenStream {
    let wire_object = file.runtime("wire_object");
    let fields = object.fields.iter().map(|field| {
        let (name, travels) = (structs::field_ident(field), travels(file, definition, field));
        quote!(#name: #travels)
    });
    let constant = object.constant.as_ref().filter(|_| definition.standalone);
    let constant = constant.map(|(property, value)| quote!(, constant(#property, #value)));
    let root_names = definition
        .root_names
        .as_ref()
        .map(|RootNames { key, aliases }| quote!(, root_names(#key #(, alias = #aliases)*)));
    quote!(#wire_object!(#name { #(#fields),* } #constant #root_names);)
}

/// How a field travels.
fn travels(file: &File<'_, '_>, definition: &TypeDef, field: &Field) -> TokenStream {
    let (wire, aliases) = (&field.wire, &field.aliases);
    let ty = file.ty(&field.ty);
    let optional_ty = if field.required { ty.clone() } else { quote!(Option<#ty>) };
    match &field.blob {
        Some(Blob::Bytes) => quote!(bytes(#wire)),
        Some(Blob::Tensor) => quote!(tensor(#wire)),
        Some(Blob::Tensors) if matches!(field.ty, Type::List(_)) => quote!(tensors(#wire)),
        Some(Blob::Tensors) => quote!(nested_or_absent::<#ty>(#wire #(, alias = #aliases)*)),
        Some(Blob::Keyed { names, aliases, at_root: false }) => quote!(keyed(#wire, #names #(, alias = #aliases)*)),
        Some(Blob::Keyed { at_root: true, .. }) => quote!(keyed_at_root(#wire)),
        Some(Blob::Entries) => quote!(entries(#wire #(, alias = #aliases)*)),
        Some(Blob::IndexedEntries { indexes }) => {
            let name = naming::ident(&case::snake(indexes));
            quote!(indexed_entries(#wire #(, alias = #aliases)*, #indexes = #name))
        }
        None if field.declared_item().is_some() => {
            let item = field.declared_item().map(|item| file.ty(item));
            let kind = naming::ident(if field.required { "item_or_list" } else { "optional_item_or_list" });
            quote!(#kind::<#item>(#wire #(, alias = #aliases)*))
        }
        None if !file.cx.api.has_wire_form(&field.ty) => {
            // What contains itself is in a box.
            let ty = if field.boxed { quote!(Box<#ty>) } else { ty };
            if field.required {
                quote!(field::<#ty>(#wire #(, alias = #aliases)*))
            } else {
                quote!(optional::<#ty>(#wire #(, alias = #aliases)*))
            }
        }
        None => match item_name(file, definition, field) {
            Some((key, name)) if field.required => {
                quote!(named_list::<#ty>(#wire #(, alias = #aliases)*, #key = #name))
            }
            Some((key, name)) => {
                quote!(optional_named_list::<#optional_ty>(#wire #(, alias = #aliases)*, #key = #name))
            }
            None if field.boxed && field.required => quote!(boxed::<#ty>(#wire #(, alias = #aliases)*)),
            None if field.boxed => quote!(optional_boxed::<#ty>(#wire #(, alias = #aliases)*)),
            None => quote!(nested::<#optional_ty>(#wire #(, alias = #aliases)*)),
        },
    }
}

/// The property that distinguishes the items of a list in a request, on the wire and in Rust.
fn item_name(file: &File<'_, '_>, definition: &TypeDef, field: &Field) -> Option<(String, Ident)> {
    let key = field.item_name.as_ref().filter(|_| definition.sent)?;
    let Type::List(items) = &field.ty else { return None };
    let member = structs::field_ident(file.cx.api.object(items)?.field(key)?);
    Some((key.clone(), member))
}
