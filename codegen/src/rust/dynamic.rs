//! The table that leads names to typed calls.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use crate::naming;

pub(super) fn file(cx: &Context<'_>) -> TokenStream {
    let arms = cx.api.services.iter().enumerate().flat_map(|(index, service)| {
        let gate = cx.gate_service(index);
        let module = naming::ident(&naming::snake(&service.wire));
        service.methods.iter().map(move |method| {
            let (service_wire, method_wire) = (&service.wire, &method.wire);
            let request = naming::ident(&format!("{}Request", method.type_base()));
            quote!(#gate (#service_wire, #method_wire) => dynamic::<super::#module::#request>(),)
        })
    });
    let runtime: syn::Path = syn::parse_str(&cx.options.runtime).unwrap_or_else(|_| syn::parse_quote!(crate::runtime));
    quote! {
        //! Methods by name, for callers that know them only at run time.
        use #runtime::{DynamicOperation, dynamic};
        /// The method of that service and name.
        pub fn operation(service: &str, method: &str) -> Option<DynamicOperation> {
            let operation = match (service, method) {
                #(#arms)*
                _ => return None,
            };
            Some(operation)
        }
    }
}
