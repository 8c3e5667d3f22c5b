//! How types travel: code that writes them to the wire and reads them from it.
//!
//! A type without bytes is JSON as a whole, as its derives say. One that holds bytes gets code of its own: its JSON lacks
//! the bytes, which travel beside it in blobs.

mod list_items;
mod objects;
mod unions;

use proc_macro2::TokenStream;
use quote::quote;

use super::file::File;
use crate::ir::types::{TypeDef, TypeKind};

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
    let parts = definition.list_items.iter().filter_map(|item| list_items::item(file, definition, item, &name));
    quote!(#own #(#parts)*)
}
