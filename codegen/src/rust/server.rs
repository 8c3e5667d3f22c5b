//! A service's trait, which servers and test doubles implement, and its dispatch.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::docs;
use super::file::File;
use crate::ir::types::Owner;
use crate::naming;

pub(super) fn file(cx: &Context<'_>, index: usize) -> TokenStream {
    let Some(service) = cx.api.services.get(index) else { return TokenStream::new() };
    let file = File::new(cx, Owner::Method(index, usize::MAX));
    let name = naming::service_trait(service);
    let client = cx.client_ident(service);
    let reply = file.runtime("ServiceResult");
    let not_implemented = file.runtime("not_implemented");
    let handle = file.runtime("handle");
    let (routes, incoming, frame, future) = (
        file.runtime("Routes"),
        file.runtime("IncomingRequest"),
        file.runtime("ResponseFrame"),
        file.runtime("BoxFuture"),
    );
    file.import(quote!(
        use std::sync::Arc;
    ));
    file.use_folder();
    let methods = service.methods.iter().map(|method| {
        let function = naming::ident(&cx.method_name(method));
        let request = file.ty(&method.params);
        let doc = docs::doc(1, &format!("Serves [`{0}`]({client}::{0}).", cx.method_name(method)));
        quote! {
            #doc
            fn #function(&self, request: #request) -> impl Future<Output = #reply<#request>> + Send {
                #not_implemented(request)
            }
        }
    });
    let methods: Vec<TokenStream> = methods.collect();
    let arms = service.methods.iter().map(|method| {
        let (wire, function) = (&method.wire, naming::ident(&cx.method_name(method)));
        quote!(#wire => #handle(request, |request| self.0.#function(request)),)
    });
    let doc = docs::doc(
        0,
        &format!(
            "The server side of the service `{}`, implemented by servers and test doubles.\n\nImplement its methods as `async fn`s; one that is not implemented responds with an error.",
            service.wire
        ),
    );
    let about = docs::inner(&format!("The server side of the service `{}`.", service.wire));
    let imports = file.imports();
    quote! {
        #about
        #imports
        #doc
        pub trait #name: Send + Sync + 'static { #(#methods)* }
        /// Dispatches requests to the methods of a service.
        pub(crate) struct Dispatch<S>(pub(crate) Arc<S>);
        impl<S: #name> #routes for Dispatch<S> {
            fn dispatch<'a>(&'a self, method: &str, request: #incoming) -> Option<#future<'a, #frame>> {
                Some(match method {
                    #(#arms)*
                    _ => return None,
                })
            }
        }
    }
}
