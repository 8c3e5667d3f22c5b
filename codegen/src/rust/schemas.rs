//! JSON Schemas of the types, behind the feature `schemars`: what derives them, and the list of all.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, File};
use crate::ir::{Owner, Service, TypeDef};
use crate::naming;

/// The derive of an object that writes its own constant, which the derive doesn't see.
pub(super) fn derive_with_constant(
    file: &File<'_, '_>,
    name: &str,
    (property, value): &(String, String),
) -> TokenStream {
    if !file.cx.options.features {
        return TokenStream::new();
    }
    let (derive, constant) = (file.import_schema("JsonSchema"), file.import_schema("constant"));
    let tidy = file.import_schema("tidy");
    quote! {
        #[cfg_attr(
            feature = "schemars",
            derive(#derive),
            schemars(rename = #name, transform = #tidy, transform = #constant(#property, #value))
        )]
    }
}

/// The derive of an object or a union, whose schema the runtime brings into the definition's terms.
pub(super) fn derive(file: &File<'_, '_>) -> TokenStream {
    if !file.cx.options.features {
        return TokenStream::new();
    }
    let (derive, tidy) = (file.import_schema("JsonSchema"), file.import_schema("tidy"));
    quote!(#[cfg_attr(feature = "schemars", derive(#derive), schemars(transform = #tidy))])
}

/// The derive of a set of strings.
pub(super) fn derive_values(file: &File<'_, '_>) -> TokenStream {
    if !file.cx.options.features {
        return TokenStream::new();
    }
    let derive = file.import_schema("JsonSchema");
    quote!(#[cfg_attr(feature = "schemars", derive(#derive), schemars(extend("enum" = Self::VALUES)))])
}

/// Leaves out a variant that is there for what nobody knows.
pub(super) fn leave_out(cx: &Context<'_>) -> TokenStream {
    if cx.options.features { quote!(#[cfg_attr(feature = "schemars", schemars(skip))]) } else { TokenStream::new() }
}

/// `schemas.rs`: every type that JSON stands for, with its place in the definition.
pub(super) fn file(cx: &Context<'_>) -> TokenStream {
    let runtime = &cx.runtime;
    let shared = cx.shared().into_iter().flat_map(|(id, _)| cx.owned_by(Owner::Shared(id)));
    let shared: TokenStream = shared.map(|(_, definition)| gated_visit(cx, definition)).collect();
    let errors: TokenStream = cx.error_types().iter().map(|(_, definition)| gated_visit(cx, definition)).collect();
    let services = cx.api.services.iter().enumerate().map(|(index, service)| {
        let (gate, module) = (cx.gate_service(index), naming::ident(&naming::service_module(service)));
        let visits = of_service(cx, index, service);
        let function = quote! {
            #gate
            fn #module(visitor: &mut impl Visitor) {
                use super::#module::*;
                #visits
            }
        };
        (quote!(#gate #module(visitor);), function)
    });
    let (calls, functions): (Vec<TokenStream>, Vec<TokenStream>) = services.unzip();
    quote! {
        //! The types, for whoever wants the JSON Schema of each.
        use #runtime::schema::Visitor;
        /// Shows every type of the services that this crate was built with, and its place in the definition.
        ///
        /// Left out are variants of unions, which lack the tag that the union writes.
        pub fn visit(visitor: &mut impl Visitor) {
            types(visitor);
            errors(visitor);
            #(#calls)*
        }
        #[allow(unused, reason = "a crate without services has none")]
        fn types(visitor: &mut impl Visitor) {
            use super::types::*;
            #shared
        }
        #[allow(unused, reason = "a crate without services has none")]
        fn errors(visitor: &mut impl Visitor) {
            use super::errors::*;
            #errors
        }
        #(#functions)*
    }
}

fn of_service(cx: &Context<'_>, index: usize, service: &Service) -> TokenStream {
    let methods = (0..service.methods.len()).flat_map(|position| cx.owned_by(Owner::Method(index, position)));
    let events = (0..service.events.len()).flat_map(|position| cx.owned_by(Owner::Event(index, position)));
    methods.chain(events).filter_map(|(_, definition)| visit(cx, definition)).collect()
}

fn gated_visit(cx: &Context<'_>, definition: &TypeDef) -> TokenStream {
    let gate = cx.gate(&definition.services);
    visit(cx, definition).map(|visit| quote!(#gate #visit)).unwrap_or_default()
}

/// Shows a type; not a variant, which is no JSON without the tag that its union writes.
fn visit(cx: &Context<'_>, definition: &TypeDef) -> Option<TokenStream> {
    let (name, place) = (cx.type_ident(definition), &definition.at.pointer);
    (definition.standalone || !definition.variant).then(|| quote!(visitor.visit::<#name>(#place);))
}
