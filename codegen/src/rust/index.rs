//! The roots: the module itself and the shared types.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::{common, docs};
use crate::ir::first_sentence;
use crate::ir::types::{Owner, TypeKind};
use crate::naming;
use crate::render;

/// `types/mod.rs`.
pub(super) fn types(cx: &Context<'_>) -> TokenStream {
    let mut is_gated = false;
    let mut has_structs = false;
    let entries = cx.shared().into_iter().map(|(id, definition)| {
        let module = naming::ident(&naming::type_module(cx.api, definition));
        let owner = Owner::Shared(id);
        let owned = cx.owned_by(owner);
        let services: BTreeSet<usize> = owned.iter().flat_map(|(_, definition)| definition.services.clone()).collect();
        let gate = cx.gate(&services);
        is_gated |= !gate.is_empty();
        if cx.common.has_type(owner, id) {
            let reexport = common::reexport(cx, &naming::ident("types"), cx.names_of(owner));
            return (TokenStream::new(), quote!(#gate #reexport));
        }
        has_structs |= owned.iter().any(|(_, definition)| matches!(definition.kind, TypeKind::Object(_)));
        (quote!(#gate mod #module;), quote!(#gate pub use self::#module::*;))
    });
    let (modules, exports): (Vec<TokenStream>, Vec<TokenStream>) = entries.unzip();
    let unused =
        is_gated.then(|| quote!(#![allow(unused_imports, reason = "without some services there are no such types")]));
    let imports = has_structs.then(|| {
        let schema = cx.schema_imports();
        quote! {
            // The files of this folder import these as well.
            use serde::{Deserialize, Serialize};
            #schema
        }
    });
    quote! {
        //! Types that several methods share.
        #unused
        #(#modules)*
        #(#exports)*
        #imports
    }
}

/// `mod.rs`.
pub(super) fn root(cx: &Context<'_>) -> TokenStream {
    let about = docs::inner(&format!("{}\n\n{}\n\n{WHERE_TYPES_ARE}", cx.api.description, table(cx, "")));
    let modules = cx.api.services.iter().enumerate().map(|(index, service)| {
        let gate = cx.gate_service(index);
        let module = naming::ident(&naming::service_module(service));
        match &cx.base {
            Some(base) if cx.common.has_service(index) => quote!(#gate pub use #base::#module;),
            _ => quote!(#gate pub mod #module;),
        }
    });
    let dynamic = cx.options.features.then(|| {
        quote!(
            #[cfg(feature = "dynamic")]
            pub mod dynamic;
        )
    });
    let schemas = cx.options.features.then(|| {
        quote!(
            #[cfg(feature = "schemars")]
            pub mod schemas;
        )
    });
    let ends = endpoints(cx);
    let types = extended_types(cx);
    let accessors = accessors(cx);
    quote! {
        #about
        #dynamic
        pub mod errors;
        #schemas
        pub mod types;
        #(#modules)*
        #ends
        #types
        #accessors
    }
}

fn endpoints(cx: &Context<'_>) -> TokenStream {
    let http = cx.api.http.as_ref().map(|url| {
        quote! {
            /// Where the API is served over HTTP.
            pub const HTTP_URL: &str = #url;
        }
    });
    let websocket = cx.api.websocket.as_ref().map(|url| {
        quote! {
            /// Where the API's WebSocket is.
            pub const WEBSOCKET_URL: &str = #url;
        }
    });
    let revision = cx.api.revision.as_ref().map(|revision| {
        quote! {
            /// The revision of the API that this module was made for.
            pub const REVISION: &str = #revision;
        }
    });
    let prefix = &cx.api.environment;
    let doc = docs::doc(
        0,
        &format!(
            "The prefix of the environment variables `{prefix}_API_KEY`, `{prefix}_HTTP_URL` and `{prefix}_WS_URL`."
        ),
    );
    quote! {
        #http
        #websocket
        #doc
        pub const ENVIRONMENT: &str = #prefix;
        #revision
    }
}

/// The types that functions are added to, in another crate than the runtime's.
fn extended_types(cx: &Context<'_>) -> TokenStream {
    let (runtime, environment, server) = (&cx.runtime, &cx.api.environment, cx.gate_server());
    if cx.base.is_some() {
        return services_type(cx);
    }
    if cx.at_home() {
        return TokenStream::new();
    }
    let url = |url: &Option<String>, name: &str| match url {
        Some(_) => {
            let name = naming::ident(name);
            quote!(Some(#name))
        }
        None => quote!(None),
    };
    let (http, websocket) = (url(&cx.api.http, "HTTP_URL"), url(&cx.api.websocket, "WEBSOCKET_URL"));
    let dynamic = cx.options.features.then(|| {
        quote!(
            #[cfg(feature = "dynamic")]
            #runtime::dynamic_calls!();
        )
    });
    quote! {
        #runtime::client_types!(#environment);
        #dynamic
        #server
        #runtime::router_type!();
        impl #runtime::ApiClient for Client {
            const HTTP_URL: Option<&'static str> = #http;
            const WEBSOCKET_URL: Option<&'static str> = #websocket;
            const ENVIRONMENT: &'static str = ENVIRONMENT;
            const USER_AGENT: &'static str =
                concat!(env!("CARGO_PKG_NAME"), "-rust/", env!("CARGO_PKG_VERSION"));
        }
    }
}

/// The services of a definition that is built on another one, whose client calls them.
fn services_type(cx: &Context<'_>) -> TokenStream {
    let (runtime, client, server) = (&cx.runtime, cx.extended_types(), cx.gate_server());
    let name = cx.options.module.rsplit("::").next().unwrap_or_default();
    let (function, title) = (naming::ident(name), &cx.api.title);
    let dynamic = cx.options.features.then(|| {
        let client = if cx.at_home() { quote!(&self.0) } else { quote!(self.0.as_ref()) };
        quote! {
            #[cfg(feature = "dynamic")]
            impl Services {
                /// Calls a method by the names on the wire. `null` means no parameters.
                ///
                /// # Errors
                ///
                /// There is no such method, or its cargo feature is off; otherwise as those of a typed call.
                pub async fn call_json(
                    &self,
                    service: &str,
                    method: &str,
                    params: #runtime::Value,
                ) -> Result<#runtime::Value, #runtime::Error> {
                    dynamic::operation(service, method)?.call(#client, params).await
                }
            }
        }
    });
    let doc = docs::doc(
        1,
        &format!("The services of [`{name}`](crate::{}), another revision of the API.", cx.options.module),
    );
    let about = docs::doc(
        0,
        &format!("The services of {title} as this module has them, called through a client. Cheap to clone."),
    );
    quote! {
        #about
        #[derive(Clone, Debug)]
        pub struct Services(#client::Client);
        impl Services {
            /// Calls the services through a client.
            pub fn new(client: &#client::Client) -> Self { Self(client.clone()) }
            /// The client.
            pub fn client(&self) -> &#client::Client { &self.0 }
        }
        impl #client::Client {
            #doc
            pub fn #function(&self) -> Services { Services::new(self) }
        }
        #dynamic
        #server
        #runtime::router_type!();
    }
}

/// `client.model()` and `router.model(…)`.
fn accessors(cx: &Context<'_>) -> TokenStream {
    let runtime = &cx.runtime;
    let (client_type, router_type) = match cx.base {
        Some(_) => (quote!(Services), quote!(Router)),
        None if cx.at_home() => (quote!(#runtime::Client), quote!(#runtime::Router)),
        None => (quote!(Client), quote!(Router)),
    };
    let client_of = if cx.base.is_some() { quote!(&self.0) } else { quote!(self) };
    let clients = cx.api.services.iter().enumerate().map(|(index, service)| {
        let gate = cx.gate_service(index);
        let (module, client) = (naming::ident(&naming::service_module(service)), cx.client_ident(service));
        let doc = docs::doc(1, &format!("The service `{}`.", service.wire));
        quote! {
            #doc
            #gate
            pub fn #module(&self) -> #module::#client { #module::#client::new(#client_of) }
        }
    });
    let routers = cx.api.services.iter().enumerate().map(|(index, service)| {
        let gate = cx.gate_service(index);
        let (wire, module) = (&service.wire, naming::ident(&naming::service_module(service)));
        let service_trait = naming::service_trait(service);
        let doc = docs::doc(1, &format!("Serves the calls of the service `{}`.", service.wire));
        quote! {
            #doc
            #gate
            pub fn #module<S: #module::#service_trait>(self, service: std::sync::Arc<S>) -> Self {
                self.route(#wire, std::sync::Arc::new(#module::Dispatch(service)))
            }
        }
    });
    let server = cx.gate_server();
    quote! {
        impl #client_type { #(#clients)* }
        #server
        impl #router_type { #(#routers)* }
    }
}

const WHERE_TYPES_ARE: &str = "The types that only one method uses stand beside it, in the module of its service. Those that several \
    methods share are in [`types`].";

/// `services.md`: the services, for the front page of the crate.
pub(super) fn services(cx: &Context<'_>) -> String {
    let header = render::header(&cx.options.command);
    format!("<!-- {} -->\n{}", header.trim_start_matches("// "), table(cx, &format!("crate::{}::", cx.options.module)))
}

/// A table of the services, whose modules are at a path.
fn table(cx: &Context<'_>, path: &str) -> String {
    let mut table = String::from("| service | |\n|---|---|\n");
    for service in &cx.api.services {
        let module = naming::service_module(service);
        let sentence = first_sentence(&service.description);
        let link = if path.is_empty() { String::new() } else { format!("({path}{module})") };
        table.push_str(&format!("| [`{module}`]{link} | {sentence} |\n"));
    }
    table
}
