//! A service's client and the index of its folder.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::docs;
use crate::ir::{Service, first_sentence};
use crate::naming;

pub(super) fn file(cx: &Context<'_>, index: usize) -> TokenStream {
    let Some(service) = cx.api.services.get(index) else { return TokenStream::new() };
    let name = cx.client_ident(service);
    let about = docs::inner(&format!("The service `{}`: {}", service.wire, lower_first(&service.description)));
    let modules = service.methods.iter().map(|method| naming::ident(&cx.method_module(method)));
    let server = cx.gate_server();
    let modules: Vec<_> = modules.collect();
    let events = (!service.events.is_empty()).then(|| {
        (
            quote!(
                mod events;
            ),
            quote!(
                pub use self::events::*;
            ),
        )
    });
    let (event_module, event_exports) = events.unzip();
    let derives = cx.declared_by(index).next().is_some().then(|| {
        quote! {
            // The files of this folder import these as well.
            use serde::{Deserialize, Serialize};
        }
    });
    let has_own_errors = (0..service.methods.len()).any(|method| !cx.common.has_method(index, method));
    let parents = [("errors", has_own_errors), ("types", cx.uses_shared_types(index))];
    let parents = parents.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| naming::ident(name));
    let parents: Vec<_> = parents.collect();
    let parents = match parents.as_slice() {
        [] => None,
        [parent] => Some(quote!(use super::#parent::*;)),
        parents => Some(quote!(use super::{#(#parents::*),*};)),
    };
    let extended = extended_types(cx, service);
    let schema = cx.schema_imports().filter(|_| derives.is_some());
    let text = docs::since(service.description.as_str(), service.since.as_deref());
    let doc = docs::doc(0, &format!("{text}\n\n{}", table(cx, service)));
    quote! {
        #about
        #event_module
        #(mod #modules;)*
        #server
        mod service;
        #event_exports
        #(pub use self::#modules::*;)*
        #server
        pub use self::service::*;
        #derives
        #parents
        #extended
        #schema
        #doc
        #[derive(Clone, Debug)]
        pub struct #name { client: Client }
        impl #name {
            /// Calls the service through a client.
            pub fn new(client: &Client) -> Self { Self { client: client.clone() } }
        }
    }
}

/// The types that functions are added to, which another crate than the runtime's has in the root of the module.
fn extended_types(cx: &Context<'_>, service: &Service) -> TokenStream {
    let module = cx.extended_types();
    if cx.at_home() {
        return quote!(use #module::Client;);
    }
    let names = [("Call", !service.methods.is_empty()), ("Client", true), ("Subscription", !service.events.is_empty())];
    let names = names.into_iter().filter(|(_, is_used)| *is_used).map(|(name, _)| naming::ident(name));
    quote!(use #module::{#(#names),*};)
}

/// A table of the methods.
fn table(cx: &Context<'_>, service: &Service) -> String {
    let mut table = String::from("| method | |\n|---|---|\n");
    for method in &service.methods {
        let name = cx.method_name(method);
        let sentence = first_sentence(&method.description);
        table.push_str(&format!("| [`{name}`](Self::{name}) | {sentence} |\n"));
    }
    table
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
