//! A service's events: one enum, the structs of what they carry, and what a subscription can do.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::context::Context;
use super::file::File;
use super::{common, docs, items, structs, wire};
use crate::ir::types::{Owner, Type};
use crate::ir::{Event, Method, Service};
use crate::naming::{self, case};

/// `events.rs` of a service that has events.
pub(super) fn file(cx: &Context<'_>, index: usize) -> TokenStream {
    let Some(service) = cx.api.services.get(index) else { return TokenStream::new() };
    let about = docs::inner(&format!("Events of the service `{}`.", service.wire));
    let reexport = |set: Option<Ident>| {
        let types = (0..service.events.len()).flat_map(|event| cx.names_of(Owner::Event(index, event)));
        common::reexport(cx, &naming::ident(&naming::service_module(service)), types.chain(set).collect())
    };
    if cx.common.has_events(index) {
        let events = reexport(Some(enum_ident(service)));
        return quote!(#about #events);
    }
    let Some(id) = service.events.first().map(|event| &event.id) else { return TokenStream::new() };
    // The types of all events stand in this file.
    let file = File::new(cx, Owner::Event(index, usize::MAX));
    let name = enum_ident(service);
    let (raw, error, set) = (file.runtime("RawEvent"), file.runtime("EventError"), file.runtime("EventSet"));
    let doc = docs::doc(
        0,
        &format!("What happens under an id of the service `{}`, as a subscription delivers it.", service.wire),
    );
    let members = service.events.iter().map(|event| {
        let text = format!("`{}`: {}", event.wire, event.description);
        let doc = docs::doc(1, &docs::since(text, event.since.as_deref()));
        let (variant, ty) = (variant(event), file.ty(&event.params));
        quote!(#doc #variant(#ty),)
    });
    let reads = service.events.iter().map(|event| {
        let (wire, variant) = (&event.wire, variant(event));
        quote!(#wire => Self::#variant(event.params()?),)
    });
    let writes = service.events.iter().map(|event| {
        let (wire, variant) = (&event.wire, variant(event));
        let id = file.cx.api.object(&event.params).and_then(|object| object.field(&event.id));
        let id = id.map_or_else(|| naming::ident(&case::snake(&event.id)), structs::field_ident);
        quote!(Self::#variant(params) => #raw::of::<Self>(#wire, &params.#id, params),)
    });
    let channel = channel(&file, service, id);
    let types = if cx.common.has_event_types(index) { reexport(None) } else { types(&file, index) };
    let session = session(&file, service, id, &name);
    let imports = file.imports();
    quote! {
        #about
        #imports
        #doc
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#members)*
            /// An event that this version doesn't know, as it came.
            Unrecognized(#raw),
        }
        impl #set for #name {
            #channel
            fn read(event: #raw) -> Result<Self, #error> {
                let known = match event.name() {
                    #(#reads)*
                    _ => Self::Unrecognized(event),
                };
                Ok(known)
            }
            fn write(&self) -> Result<#raw, #error> {
                match self {
                    #(#writes)*
                    Self::Unrecognized(event) => Ok(event.clone()),
                }
            }
        }
        #session
        #types
    }
}

/// What the events of a service carry.
pub(super) fn types(file: &File<'_, '_>, index: usize) -> TokenStream {
    let events = file.cx.api.services.get(index).into_iter().flat_map(|service| &service.events).enumerate();
    let types = events.flat_map(|(position, event)| event_types(file, index, position, event));
    let types: Vec<TokenStream> = types.collect();
    let plain = file.plain_json();
    quote!(#(#types)* #plain)
}

/// The methods that the code for events names: those that subscriptions are made with, and those of a session.
pub(super) fn methods<'s>(cx: &'s Context<'_>, service: &'s Service) -> impl Iterator<Item = usize> + 's {
    let id = service.events.first().map(|event| &event.id);
    let is_named = move |method: &Method| match &method.subscription {
        Some(subscription) => !subscription.in_result,
        None => id.is_some_and(|id| concerns(cx, method, id)),
    };
    service.methods.iter().enumerate().filter(move |(_, method)| is_named(method)).map(|(index, _)| index)
}

/// Whether a call of the method is one of a session.
fn concerns(cx: &Context<'_>, method: &Method, id: &str) -> bool {
    let object = cx.api.object(&method.params);
    let takes_id =
        object.and_then(|object| object.field(id)).is_some_and(|field| field.required && field.ty == Type::String);
    takes_id && method.subscription.is_none()
}

/// The enum of a service's events.
pub(super) fn enum_ident(service: &Service) -> Ident {
    naming::service_event(service)
}

fn variant(event: &Event) -> Ident {
    naming::variant(&event.wire, None)
}

fn channel(file: &File<'_, '_>, service: &Service, id: &str) -> TokenStream {
    let (channel, kind) = (file.runtime("Channel"), file.runtime("EventKind"));
    let method = |opens: bool| {
        let is_it = |method: &&Method| {
            method
                .subscription
                .as_ref()
                .is_some_and(|subscription| subscription.opens == opens && !subscription.in_result)
        };
        match service.methods.iter().find(is_it) {
            Some(method) => {
                let request = file.ty(&method.params);
                file.runtime("Operation");
                quote!(Some(#request::METHOD))
            }
            None => quote!(None),
        }
    };
    let (subscribe, unsubscribe) = (method(true), method(false));
    let events = service.events.iter().map(|event| {
        let wire = &event.wire;
        let ends = event.ends.then(|| quote!(.ends()));
        let fields = file.cx.api.object(&event.params).map(|object| object.fields.as_slice()).unwrap_or_default();
        let bytes = fields.iter().find(|field| field.ty == Type::Binary).map(|field| {
            let wire = &field.wire;
            quote!(.bytes(#wire))
        });
        quote!(#kind::new(#wire)#bytes #ends)
    });
    let wire = &service.wire;
    quote! {
        const CHANNEL: &'static #channel = &#channel {
            service: #wire,
            id: #id,
            subscribe: #subscribe,
            unsubscribe: #unsubscribe,
            events: &[#(#events),*],
        };
    }
}

/// The types of one event, of which the first is what it carries.
fn event_types(file: &File<'_, '_>, index: usize, position: usize, event: &Event) -> Vec<TokenStream> {
    let owned = file.cx.owned_by(Owner::Event(index, position));
    let items = owned.into_iter().map(|(id, definition)| match file.cx.api.object(&Type::Named(id)) {
        Some(object) if event.params == Type::Named(id) => {
            let text = format!("What [`{}`]({}::{}) carries.", event.wire, enum_name(file, index), variant(event));
            let item = structs::with_docs(file, definition, object, &text, "constructors", &TokenStream::new());
            let wire = wire::items(file, definition);
            quote!(#item #wire)
        }
        _ => items::of_type(file, definition, &TokenStream::new()),
    });
    items.collect()
}

fn enum_name(file: &File<'_, '_>, index: usize) -> String {
    file.cx.api.services.get(index).map_or_else(String::new, |service| enum_ident(service).to_string())
}

/// The calls that concern the id of a subscription.
fn session(file: &File<'_, '_>, service: &Service, id: &str, name: &Ident) -> TokenStream {
    let functions = service.methods.iter().filter(|method| concerns(file.cx, method, id)).map(|method| {
        let call = file.extended_type("Call");
        let function = naming::ident(&naming::session_name(method));
        let request = file.ty(&method.params);
        let fields = file.cx.api.object(&method.params).map(|object| object.fields.as_slice()).unwrap_or_default();
        let others = fields.iter().filter(|field| field.is_argument() && field.wire != id);
        let parameters = others.map(|field| {
            let name = structs::field_ident(field);
            let ty = file.argument(field);
            quote!(#name: #ty)
        });
        let arguments = fields.iter().filter(|field| field.is_argument()).map(|field| {
            let name = structs::field_ident(field);
            if field.wire == id { quote!(self.id()) } else { quote!(#name) }
        });
        let client = file.cx.client_ident(service);
        let doc =
            docs::doc(1, &format!("[`{0}`]({client}::{0}) of this subscription's id.", file.cx.method_name(method)));
        let deprecated = docs::deprecated(method.deprecated.as_ref());
        quote! {
            #doc
            #deprecated
            pub fn #function(&self, #(#parameters),*) -> #call<#request> {
                #call::new(self.client(), #request::new(#(#arguments),*))
            }
        }
    });
    let functions: Vec<TokenStream> = functions.collect();
    let subscription = file.extended_type("Subscription");
    quote!(impl #subscription<#name> { #(#functions)* })
}
