//! Items of lists that travel in several places: how they are taken apart, and made of their parts.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::ir::types::{ListItem, TypeDef, TypeKind};
use crate::rust::file::File;
use crate::rust::structs;

/// The implementation for one way in which a type travels as an item of lists.
pub(super) fn item(file: &File<'_, '_>, definition: &TypeDef, item: &ListItem, name: &Ident) -> Option<TokenStream> {
    let TypeKind::Object(object) = &definition.kind else { return None };
    let member = |wire: &str| object.field(wire).map(structs::field_ident);
    Some(match item {
        ListItem::KeyedBlob { key, data } => {
            let (keyed, blob) = (file.runtime("KeyedBlob"), file.runtime("Blob"));
            two_parts(
                name,
                &quote!(#keyed),
                [(key, member(key)?), (data, member(data)?)],
                [(quote!(&str), quote!(String)), (quote!(&#blob), quote!(#blob))],
            )
        }
        ListItem::TensorColumn { key, data } => {
            let (column, tensor) = (file.runtime("TensorColumn"), file.runtime("Tensor"));
            two_parts(
                name,
                &quote!(#column),
                [(key, member(key)?), (data, member(data)?)],
                [(quote!(&str), quote!(String)), (quote!(&[#tensor]), quote!(Vec<#tensor>))],
            )
        }
        ListItem::IndexedColumn { key, data, cell } => {
            let (column, cell) = (file.runtime("IndexedTensorColumn"), file.named(*cell));
            let (key_member, data_member) = (member(key)?, member(data)?);
            quote! {
                impl #column for #name {
                    type Cell = #cell;
                    const KEY: &'static str = #key;
                    const DATA: &'static str = #data;
                    fn parts(&self) -> (&str, &[#cell]) { (&self.#key_member, &self.#data_member) }
                    fn from_parts(#key_member: String, #data_member: Vec<#cell>) -> Self { Self { #key_member, #data_member } }
                }
            }
        }
        ListItem::IndexedTensor { index, tensor } => {
            let (indexed, ty) = (file.runtime("IndexedTensor"), file.runtime("Tensor"));
            let (index, tensor) = (member(index)?, member(tensor)?);
            quote! {
                impl #indexed for #name {
                    fn parts(&self) -> (u32, &#ty) { (self.#index, &self.#tensor) }
                    fn from_parts(#index: u32, #tensor: #ty) -> Self { Self { #index, #tensor } }
                }
            }
        }
    })
}

fn two_parts(
    name: &Ident,
    of: &TokenStream,
    [(key, key_member), (data, data_member)]: [(&str, Ident); 2],
    [(key_ref, key_ty), (data_ref, data_ty)]: [(TokenStream, TokenStream); 2],
) -> TokenStream {
    quote! {
        impl #of for #name {
            const KEY: &'static str = #key;
            const DATA: &'static str = #data;
            fn parts(&self) -> (#key_ref, #data_ref) { (&self.#key_member, &self.#data_member) }
            fn from_parts(#key_member: #key_ty, #data_member: #data_ty) -> Self { Self { #key_member, #data_member } }
        }
    }
}
