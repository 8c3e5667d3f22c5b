//! JSON Schemas of the types, behind the feature `schemars`: what derives them, and the list of all.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::file::File;
use crate::ir::Service;
use crate::ir::types::{Owner, TypeDef};
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
    let (derive, tidy, runtime) = (file.schema("JsonSchema"), file.schema("tidy"), &file.cx.runtime);
    quote! {
        #[cfg_attr(
            feature = "schemars",
            derive(#derive),
            schemars(rename = #name, transform = #tidy, transform = #runtime::schema::constant(#property, #value))
        )]
    }
}

/// The derive of an object or a union, whose schema the runtime brings into the definition's terms.
pub(super) fn derive(file: &File<'_, '_>) -> TokenStream {
    if !file.cx.options.features {
        return TokenStream::new();
    }
    let (derive, tidy) = (file.schema("JsonSchema"), file.schema("tidy"));
    quote!(#[cfg_attr(feature = "schemars", derive(#derive), schemars(transform = #tidy))])
}

/// The derive of a set of strings.
pub(super) fn derive_values(file: &File<'_, '_>) -> TokenStream {
    if !file.cx.options.features {
        return TokenStream::new();
    }
    let derive = file.schema("JsonSchema");
    quote!(#[cfg_attr(feature = "schemars", derive(#derive), schemars(extend("enum" = Self::VALUES)))])
}

/// `schemas.rs`: every type that JSON stands for, with its place in the definition.
pub(super) fn file(cx: &Context<'_>) -> TokenStream {
    let runtime = &cx.runtime;
    let shared = cx.shared().into_iter().flat_map(|(id, _)| cx.owned_by(Owner::Shared(id)));
    let shared = gated_visits(cx, shared.map(|(_, definition)| definition));
    let errors = gated_visits(cx, cx.error_types().into_iter().map(|(_, definition)| definition));
    let services = cx.api.services.iter().enumerate().map(|(index, service)| {
        let (gate, module) = (cx.gate_service(index), naming::ident(&naming::service_module(service)));
        if let Some(base) = cx.base.as_ref().filter(|_| cx.common.has_service(index)) {
            return (quote!(#gate #base::schemas::#module(visitor);), TokenStream::new());
        }
        let visits = of_service(cx, index, service);
        let function = quote! {
            #gate
            pub(crate) fn #module(visitor: &mut impl Visitor) {
                use super::#module::*;
                #visits
            }
        };
        (quote!(#gate #module(visitor);), function)
    });
    let (calls, functions): (Vec<TokenStream>, Vec<TokenStream>) = services.unzip();
    quote! {
        //! Visits all types, to create the JSON Schema of each.
        use #runtime::schema::Visitor;
        /// Visits every type of the services that this crate was built with, and its place in the definition.
        ///
        /// Variants of unions are not among them: they lack the tag that the union writes.
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

/// Shows types that only some services need, grouped by these services.
fn gated_visits<'t>(cx: &Context<'_>, types: impl Iterator<Item = &'t TypeDef>) -> TokenStream {
    let mut groups: BTreeMap<&BTreeSet<usize>, Vec<TokenStream>> = BTreeMap::new();
    for definition in types {
        groups.entry(&definition.services).or_default().extend(visit(cx, definition));
    }
    let groups = groups.into_iter().filter(|(_, visits)| !visits.is_empty()).map(|(services, visits)| {
        let gate = cx.gate(services);
        if gate.is_empty() { quote!(#(#visits)*) } else { quote!(#gate { #(#visits)* }) }
    });
    groups.collect()
}

/// Shows a type; not a variant, which is no JSON without the tag that its union writes.
fn visit(cx: &Context<'_>, definition: &TypeDef) -> Option<TokenStream> {
    let (name, place) = (cx.type_ident(definition), &definition.at.pointer);
    (definition.standalone || !definition.variant).then(|| quote!(visitor.visit::<#name>(#place);))
}
