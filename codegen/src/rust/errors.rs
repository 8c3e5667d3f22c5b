//! Error codes → one enum a method, and the structs of what errors carry.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, File};
use super::docs;
use crate::ir::{ErrorShape, Method, Owner};
use crate::{naming, render};

/// `errors.rs`: what errors carry, and what codes mean.
pub(super) fn payloads(cx: &Context<'_>) -> TokenStream {
    let file = File::new(cx, "super", Owner::Errors);
    let types: Vec<TokenStream> = cx
        .error_types()
        .into_iter()
        .map(|(_, definition)| marked(super::type_item(&file, definition), &cx.gate(&definition.services)))
        .collect();
    // Where several entries share a code, the one that is called by it speaks for all.
    let mut codes: Vec<&ErrorShape> = Vec::new();
    let mut shapes: Vec<&ErrorShape> = cx.api.errors.iter().collect();
    shapes.sort_by_key(|shape| (shape.name != shape.code, &shape.name));
    for shape in shapes {
        if !codes.iter().any(|earlier| earlier.code == shape.code) {
            codes.push(shape);
        }
    }
    let error_info = file.runtime("ErrorInfo");
    let arms = codes.iter().map(|shape| {
        let ErrorShape { code, description, retryable, .. } = shape;
        let retryable = retryable.then(|| quote!(.retryable()));
        quote!(#code => #error_info::new(#description)#retryable,)
    });
    let users: BTreeSet<usize> =
        cx.error_types().iter().flat_map(|(_, definition)| definition.services.clone()).collect();
    let is_gated = !users.is_empty() && !cx.gate(&users).is_empty();
    let unused =
        is_gated.then(|| quote!(#[allow(unused_imports, reason = "without some services there are no such types")]));
    let imports = marked(file.imports(), &unused.unwrap_or_default());
    quote! {
        //! What errors of the API carry besides their code, and what the codes mean.
        #imports
        /// What an error code means; nothing is known of a code that is not in the definition.
        pub fn error_info(code: &str) -> #error_info {
            match code { #(#arms)* _ => #error_info::new("") }
        }
        #(#types)*
    }
}

/// Items with an attribute more, if there is one.
fn marked(items: TokenStream, attribute: &TokenStream) -> TokenStream {
    let mut items = syn::parse2::<syn::File>(items).map(|file| file.items).unwrap_or_default();
    for item in &mut items {
        let attributes = match item {
            syn::Item::Struct(item) => &mut item.attrs,
            syn::Item::Impl(item) => &mut item.attrs,
            syn::Item::Enum(item) => &mut item.attrs,
            syn::Item::Mod(item) => &mut item.attrs,
            syn::Item::Use(item) => &mut item.attrs,
            _ => continue,
        };
        let parsed = syn::parse::Parser::parse2(syn::Attribute::parse_outer, attribute.clone());
        attributes.extend(parsed.unwrap_or_default());
    }
    quote!(#(#items)*)
}

/// The error enum of a method, in the macro that gives each variant its code.
pub(super) fn item(file: &File<'_, '_>, method: &Method, link: &str) -> TokenStream {
    let name = file.cx.error_ident(method);
    let error_codes = file.runtime("error_codes");
    let doc = docs::doc(&format!(
        "Why the API refused {link}.\n\nOpen: a code that this version doesn't know is kept with its fields."
    ));
    let variants = file.cx.errors_of(method).into_iter().map(|shape| variant(file, shape));
    render::in_macro(
        &error_codes,
        quote! {
            use super::super::errors::error_info;
            #doc
            pub enum #name {
                #(#variants)*
            }
        },
    )
}

fn variant(file: &File<'_, '_>, shape: &ErrorShape) -> TokenStream {
    let code = &shape.code;
    let name = naming::ident(&naming::variant_name(code, None));
    let doc = docs::doc(&variant_text(shape));
    let fields = shape.fields.as_ref().map(|fields| {
        let ty = file.ty(fields);
        quote!((#ty))
    });
    quote!(#doc #name #fields = #code,)
}

/// What a code means.
pub(super) fn variant_text(shape: &ErrorShape) -> String {
    docs::since(format!("`{}`: {}", shape.code, shape.description), shape.since.as_deref())
}
