//! Named types → their items, by kind.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::File;
use super::{enums, failures, structs, unions, wire};
use crate::ir::types::{TypeDef, TypeKind};

/// The items of one named type, behind a gate.
pub(super) fn of_type(file: &File<'_, '_>, definition: &TypeDef, gate: &TokenStream) -> TokenStream {
    let item = match &definition.kind {
        TypeKind::Object(object) => structs::item(file, definition, object, gate),
        TypeKind::Enum(set) => enums::item(file, definition, set, gate),
        TypeKind::Union(union) => unions::item(file, definition, union, gate),
    };
    let failure = failures::items(file, definition, gate);
    let wire = wire::items(file, definition);
    quote!(#item #failure #wire)
}
