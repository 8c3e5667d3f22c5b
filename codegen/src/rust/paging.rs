//! What makes `.items()` and `.pages()` possible.

use proc_macro2::TokenStream;
use quote::quote;

use super::file::File;
use super::structs;
use crate::ir::Method;
use crate::ir::types::Type;

pub(super) fn item(file: &File<'_, '_>, method: &Method) -> TokenStream {
    paged(file, method).unwrap_or_default()
}

fn paged(file: &File<'_, '_>, method: &Method) -> Option<TokenStream> {
    let paging = method.paging.as_ref()?;
    let (params, result) = (file.cx.api.object(&method.params)?, file.cx.api.object(&method.result)?);
    let items = result.field(&paging.items)?;
    let Type::List(item) = &items.ty else { return None };
    let (paged, page) = (file.runtime("Paged"), file.runtime("Page"));
    let (request, output, item) = (file.ty(&method.params), file.ty(&method.result), file.ty(item));
    let (offset, limit) = (params.field(&paging.offset)?, params.field(&paging.limit)?);
    let read = |field| {
        let name = structs::field_ident(field);
        if field.required { quote!(Some(self.#name)) } else { quote!(self.#name) }
    };
    let (read_offset, read_limit) = (read(offset), read(limit));
    let (offset_name, limit_name) = (structs::field_ident(offset), structs::field_ident(limit));
    let write_offset = if offset.required { quote!(offset) } else { quote!(Some(offset)) };
    let write_limit = if limit.required {
        quote!(self.#limit_name = limit.unwrap_or(self.#limit_name);)
    } else {
        quote!(self.#limit_name = limit;)
    };
    let list = structs::field_ident(items);
    let [offset, total] = [&paging.offset, &paging.total].map(|name| result.field(name).map(structs::field_ident));
    Some(quote! {
        impl #paged for #request {
            type Item = #item;
            fn range(&self) -> (Option<u32>, Option<u32>) {
                (#read_offset, #read_limit)
            }
            fn at(mut self, offset: u32, limit: Option<u32>) -> Self {
                self.#offset_name = #write_offset;
                #write_limit
                self
            }
            fn page(result: #output) -> #page<#item> {
                #page::new(result.#list, result.#offset, result.#total)
            }
        }
    })
}
