//! A service's client and the index of its folder.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::{Context, File};
use super::{docs, events};
use crate::ir::{Owner, Service};
use crate::naming;

pub(super) fn file(cx: &Context<'_>, index: usize) -> TokenStream {
    let Some(service) = cx.api.services.get(index) else { return TokenStream::new() };
    let file = File::new(cx, "super", Owner::Method(index, usize::MAX));
    let client_type = file.runtime("Client");
    let name = cx.client_ident(service);
    let about = docs::inner(&format!("The service `{}`: {}", service.wire, lower_first(&service.description)));
    let modules = service.methods.iter().map(|method| naming::ident(&cx.method_module(method)));
    let server = cx.gate_server();
    let exports = service.methods.iter().enumerate().map(|(position, method)| {
        let module = naming::ident(&cx.method_module(method));
        let mut names: Vec<_> = cx
            .owned_by(Owner::Method(index, position))
            .into_iter()
            .map(|(_, definition)| cx.type_ident(definition))
            .collect();
        names.push(cx.error_ident(method));
        names.sort();
        quote!(pub use self::#module::{#(#names),*};)
    });
    let event_names = events::exports(cx, index);
    let events = (!event_names.is_empty()).then(|| {
        (
            quote!(
                mod events;
            ),
            quote!(pub use self::events::{#(#event_names),*};),
        )
    });
    let (event_module, event_exports) = events.unzip();
    let service_trait = naming::service_trait(service);
    let text = docs::since(service.description.as_str(), service.since.as_deref());
    let doc = docs::doc(0, &format!("{text}\n\n{}", table(cx, service)));
    let imports = file.imports();
    quote! {
        #about
        #event_module
        #(mod #modules;)*
        #server
        mod service;
        #event_exports
        #(#exports)*
        #server
        pub use self::service::#service_trait;
        #server
        pub(crate) use self::service::Dispatch;
        #imports
        #doc
        #[derive(Clone, Debug)]
        pub struct #name { client: #client_type }
        impl #name {
            /// Calls the service through a client.
            pub fn new(client: &#client_type) -> Self { Self { client: client.clone() } }
        }
    }
}

/// A table of the methods.
fn table(cx: &Context<'_>, service: &Service) -> String {
    let mut table = String::from("| method | |\n|---|---|\n");
    for method in &service.methods {
        let name = cx.method_name(method);
        let sentence = docs::first_sentence(&method.description);
        table.push_str(&format!("| [`{name}`](Self::{name}) | {sentence} |\n"));
    }
    table
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
