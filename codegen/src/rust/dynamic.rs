//! The table that leads names to typed calls.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use crate::ir::Service;
use crate::naming;

pub(super) fn file(cx: &Context<'_>) -> TokenStream {
    let services: Vec<TokenStream> =
        cx.api.services.iter().enumerate().map(|(index, service)| service_table(cx, index, service)).collect();
    let entries = cx.api.services.iter().enumerate().map(|(index, service)| {
        let (gate, wire, table) =
            (cx.gate_service(index), &service.wire, naming::ident(&naming::service_module(service)));
        (quote!(#gate #wire,), quote!(#gate #wire => #table(method),))
    });
    let (names, arms): (Vec<TokenStream>, Vec<TokenStream>) = entries.unzip();
    let runtime = &cx.runtime;
    quote! {
        //! Methods by name, for callers that know them only at run time.
        use #runtime::{DynamicOperation, dynamic};
        /// The services that this crate was built with.
        pub fn services() -> &'static [&'static str] { &[#(#names)*] }
        /// The method of that service and name.
        pub fn operation(service: &str, method: &str) -> Option<DynamicOperation> {
            match service {
                #(#arms)*
                _ => None,
            }
        }
        #(#services)*
    }
}

fn service_table(cx: &Context<'_>, index: usize, service: &Service) -> TokenStream {
    let gate = cx.gate_service(index);
    let module = naming::ident(&naming::service_module(service));
    let arms = service.methods.iter().filter_map(|method| {
        let (wire, request) = (&method.wire, cx.request_ident(method)?);
        Some(quote!(#wire => dynamic::<#module::#request>(),))
    });
    quote! {
        #gate
        fn #module(method: &str) -> Option<DynamicOperation> {
            use super::#module;
            Some(match method {
                #(#arms)*
                _ => return None,
            })
        }
    }
}
