//! Error codes → one enum a method, and the structs of what errors carry.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::file::File;
use super::{common, docs, items};
use crate::ir::types::Owner;
use crate::ir::{ErrorSet, ErrorShape, Method, Service};
use crate::{naming, render};

/// `errors.rs`: what errors carry, what codes mean, and the sets that methods share.
pub(super) fn payloads(cx: &Context<'_>) -> TokenStream {
    let file = File::new(cx, Owner::Errors);
    let module = naming::ident("errors");
    let types = cx.error_types().into_iter().map(|(id, definition)| {
        let gate = cx.gate(&definition.services);
        if cx.common.has_type(Owner::Errors, id) {
            let reexport = common::reexport(cx, &module, vec![cx.type_ident(definition)]);
            return quote!(#gate #reexport);
        }
        items::of_type(&file, definition, &gate)
    });
    let types: Vec<TokenStream> = types.collect();
    let sets = cx.api.error_sets.iter().enumerate().map(|(index, set)| {
        let gate = cx.gate(&set_users(cx, index));
        let item = if cx.common.has_error_set(index) {
            common::reexport(cx, &module, vec![naming::error_set_type(set)])
        } else {
            error_set(&file, set)
        };
        quote!(#gate #item)
    });
    let sets: Vec<TokenStream> = sets.collect();
    let error_info = error_info(&file);
    let is_gated = cx.error_types().iter().any(|(_, definition)| !cx.gate(&definition.services).is_empty());
    let unused =
        is_gated.then(|| quote!(#![allow(unused_imports, reason = "without some services there are no such types")]));
    let imports = file.imports();
    quote! {
        //! What errors of the API carry besides their code, and what the codes mean.
        #unused
        #imports
        #error_info
        #(#sets)*
        #(#types)*
    }
}

/// The function that says what is known of an error code.
fn error_info(file: &File<'_, '_>) -> TokenStream {
    let cx = file.cx;
    let codes = codes(cx);
    let mut own = codes.iter().filter(|(code, _)| !cx.common.has_error_code(code)).peekable();
    if cx.base.is_some() && own.peek().is_none() {
        return common::reexport(cx, &naming::ident("errors"), vec![naming::ident("error_info")]);
    }
    let error_info = file.runtime("ErrorInfo");
    let arms = own.map(|(code, info)| quote!(#code => #error_info #info,));
    let others = match &cx.base {
        Some(base) => quote!(#base::errors::error_info(code)),
        None => quote!(#error_info::new("")),
    };
    quote! {
        /// What is known of an error code; nothing of a code that is not in the definition.
        pub fn error_info(code: &str) -> #error_info {
            match code { #(#arms)* _ => #others }
        }
    }
}

/// What is known of each error code.
pub(super) fn codes<'a>(cx: &Context<'a>) -> Vec<(&'a String, TokenStream)> {
    // Where several entries share a code, the one that is called by it speaks for all.
    let mut codes: Vec<&ErrorShape> = Vec::new();
    let mut shapes: Vec<&ErrorShape> = cx.api.errors.iter().collect();
    shapes.sort_by_key(|shape| (shape.name != shape.code, &shape.name));
    for shape in shapes {
        if !codes.iter().any(|earlier| earlier.code == shape.code) {
            codes.push(shape);
        }
    }
    let infos = codes.into_iter().map(|shape| {
        let ErrorShape { code, description, retryable, .. } = shape;
        let retryable = retryable.then(|| quote!(.retryable()));
        (code, quote!(::new(#description)#retryable))
    });
    infos.collect()
}

/// The services with methods that share a set.
pub(super) fn set_users(cx: &Context<'_>, set: usize) -> BTreeSet<usize> {
    let uses = |service: &Service| service.methods.iter().any(|method| method.error_sets.contains(&set));
    let services = cx.api.services.iter().enumerate();
    services.filter(|(_, service)| uses(service)).map(|(index, _)| index).collect()
}

/// The enum of a set of errors that methods share.
pub(super) fn error_set(file: &File<'_, '_>, set: &ErrorSet) -> TokenStream {
    let error_codes = file.runtime("error_codes");
    let (name, doc) = (naming::error_set_type(set), docs::doc(1, &set.description));
    let shapes = set.errors.iter().filter_map(|index| file.cx.api.errors.get(*index));
    let variants = shapes.map(|shape| variant(file, shape));
    render::in_macro(&error_codes, quote!(#doc pub enum #name { #(#variants)* }))
}

/// The error enum of a method, in the macro that gives each variant its code; nothing if it has no codes of its own.
pub(super) fn item(file: &File<'_, '_>, method: &Method, link: &str) -> TokenStream {
    file.use_folder();
    let name = naming::method_error(method);
    if file.cx.error_ident(method) != name {
        return TokenStream::new();
    }
    let error_codes = file.runtime("error_codes");
    let doc = docs::doc(1, &format!("Why the API rejected {link}."));
    let variants = file.cx.own_errors_of(method).into_iter().map(|shape| variant(file, shape));
    let sets = file.cx.error_sets_of(method).into_iter().map(|set| {
        let (variant, ty) = (naming::error_set_variant(set), naming::error_set_type(set));
        quote!(#[shared] #variant(#ty),)
    });
    render::in_macro(&error_codes, quote!(#doc pub enum #name { #(#variants)* #(#sets)* }))
}

fn variant(file: &File<'_, '_>, shape: &ErrorShape) -> TokenStream {
    let code = &shape.code;
    let name = naming::variant(code, None);
    let doc = docs::doc(2, &variant_text(shape));
    let fields = shape.fields.as_ref().map(|fields| {
        let ty = file.ty(fields);
        quote!((#ty))
    });
    let invalid_request = shape.invalid_request.as_ref();
    let invalid_request = invalid_request.map(|(parameter, reason)| quote!(#[invalid_request(#parameter, #reason)]));
    quote!(#doc #invalid_request #name #fields = #code,)
}

/// What a code means.
pub(super) fn variant_text(shape: &ErrorShape) -> String {
    docs::since(format!("`{}`: {}", shape.code, shape.description), shape.since.as_deref())
}
