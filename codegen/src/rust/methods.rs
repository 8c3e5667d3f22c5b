//! One file a method: the call, its request, its result and its errors.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::context::{Context, File};
use super::{docs, errors, events, example, paging, structs, waiting};
use crate::ir::{BlobKind, BlobRule, Field, Method, Object, Owner, Paging, Service, Transport, Type, TypeKind};
use crate::naming;

pub(super) fn file(cx: &Context<'_>, service_index: usize, index: usize) -> TokenStream {
    let Some(service) = cx.api.services.get(service_index) else { return TokenStream::new() };
    let Some(method) = service.methods.get(index) else { return TokenStream::new() };
    let owner = Owner::Method(service_index, index);
    let file = File::new(cx, "super::super", owner);
    let about = docs::inner(&format!("`{}.{}`.", service.wire, method.wire));
    let call = call(&file, service, method);
    let (request, result) = (request_ident(&file, &method.params), request_ident(&file, &method.result));
    let link = format!(
        "[`{}::{}`](super::{}::{})",
        cx.client_ident(service),
        cx.method_name(method),
        cx.client_ident(service),
        cx.method_name(method)
    );
    let types = cx.owned_by(owner).into_iter().map(|(_, definition)| {
        let object = match &definition.kind {
            TypeKind::Object(object) => object,
            _ => return super::type_item(&file, definition),
        };
        let name = cx.type_ident(definition);
        let text = if name == request {
            format!("Parameters of {link}.")
        } else if name == result {
            definition.description.clone().unwrap_or_else(|| format!("Answer to {link}."))
        } else {
            return super::type_item(&file, definition);
        };
        let item = structs::with_docs(&file, definition, object, &name, &text);
        if name == request {
            let setters = call_setters(&file, object, &request);
            quote!(#item #setters)
        } else {
            item
        }
    });
    let types: Vec<TokenStream> = types.collect();
    let error = errors::item(&file, method, &link);
    let operation = operation(&file, service, method);
    let subscribes = subscribes(&file, service, method);
    let (paged, starts) = (paging::item(&file, method), waiting::items(&file, service, method));
    let imports = file.imports();
    quote!(#about #imports #call #(#types)* #error #operation #subscribes #paged #starts)
}

fn request_ident(file: &File<'_, '_>, ty: &Type) -> String {
    file.ty(ty).to_string()
}

/// The method of the service's client.
fn call(file: &File<'_, '_>, service: &Service, method: &Method) -> TokenStream {
    let client = file.import("super", &file.cx.client_ident(service).to_string());
    let call = file.runtime("Call");
    let name = naming::ident(&file.cx.method_name(method));
    let request = file.ty(&method.params);
    let nothing = Object::default();
    let object = file.cx.api.object(&method.params).unwrap_or(&nothing);
    let (parameters, _) = structs::arguments(file, object);
    let arguments = object.fields.iter().filter(|field| field.required).map(structs::field_ident);
    let allow = (parameters.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let doc = docs::doc(&prose(file.cx, service, method, object));
    let deprecated = docs::deprecated(method.deprecated.as_ref());
    quote! {
        impl #client {
            #doc
            #allow
            #deprecated
            pub fn #name(&self, #(#parameters),*) -> #call<#request> {
                #call::new(&self.client, #request::new(#(#arguments),*))
            }
        }
    }
}

/// The docs of a method: what it does, its parameters, its errors, its facts, an example.
fn prose(cx: &Context<'_>, service: &Service, method: &Method, object: &Object) -> String {
    let mut text = method.description.clone();
    if !object.fields.is_empty() {
        text.push_str("\n\n# Parameters\n\n");
        for field in &object.fields {
            let name = structs::setter_ident(field);
            let line = if field.required {
                format!("- `{name}`: {}\n", docs::field(field))
            } else {
                format!("- `.{name}(…)`, optional: {}\n", docs::field(field))
            };
            text.push_str(&line);
        }
    }
    let codes: Vec<String> = cx.errors_of(method).iter().map(|shape| format!("`{}`", shape.code)).collect();
    if !codes.is_empty() {
        text.push_str(&format!(
            "\n# Errors\n\nThe API's own, as [`{}`]: {}.\n",
            cx.error_ident(method),
            codes.join(", ")
        ));
    }
    text.push_str(&format!("\n# Facts\n\n{}\n", facts(cx, service, method)));
    text.push_str(&format!("\n# Example\n\n{}", example::call(cx, service, method)));
    text
}

fn facts(cx: &Context<'_>, service: &Service, method: &Method) -> String {
    let transport = match &method.transport {
        Transport::Http => "travels over HTTP".to_owned(),
        Transport::WebSocket => "travels on the WebSocket".to_owned(),
        Transport::WebSocketUnless { param, equals } => {
            format!("travels on the WebSocket, over HTTP when `{param}` is {equals}")
        }
        Transport::OpenWebSocketElse { error } => {
            let code = cx.api.errors.get(*error).map_or("", |error| &error.code);
            format!("travels on an open WebSocket, and answers `{code}` by itself when none is open")
        }
    };
    let repeat = if method.idempotent { "safe to repeat" } else { "not safe to repeat" };
    let mut facts = format!("`{}.{}` on the wire; {transport}; {repeat}.", service.wire, method.wire);
    if let Some(seconds) = method.deadline_seconds {
        facts.push_str(&format!(" It may take long: its deadline is {seconds} s by default."));
    }
    if method.subscription.as_ref().is_some_and(|subscription| subscription.opens) {
        facts.push_str(&format!(
            " [`subscribe`](Call::subscribe) instead of `send` gives its events as a stream of [`{0}`].",
            events::enum_ident(service)
        ));
    }
    if let Some(Paging { items, .. }) = &method.paging {
        facts.push_str(&format!(
            " Answers one page of `{items}`; [`items`](Call::items) and [`pages`](Call::pages) instead of `send` read all of them."
        ));
    }
    if method.waiter.is_some() {
        facts.push_str(
            " The answer is a [`Waiter`], which reads like the result, and follows what goes on: see [`Waiter::wait`] and [`Waiter::progress`].",
        );
    }
    docs::since(facts, method.since.as_deref())
}

/// Setters on the pending call, so that it reads as one sentence.
fn call_setters(file: &File<'_, '_>, object: &Object, request: &str) -> TokenStream {
    let optional: Vec<&Field> = object.fields.iter().filter(|field| !field.required).collect();
    if optional.is_empty() || !file.cx.at_home() {
        return TokenStream::new();
    }
    let call = file.runtime("Call");
    let request = format_ident!("{request}");
    let setters = optional.into_iter().map(|field| {
        let setter = structs::setter_ident(field);
        let argument = structs::setter_argument(field);
        let (ty, _) = file.argument(field, &argument);
        let doc = docs::doc(&docs::field(field));
        quote! {
            #doc
            pub fn #setter(self, #argument: #ty) -> Self {
                self.with(|request| request.#setter(#argument))
            }
        }
    });
    quote!(impl #call<#request> { #(#setters)* })
}

/// What the runtime needs to know of the method.
fn operation(file: &File<'_, '_>, service: &Service, method: &Method) -> TokenStream {
    let operation = file.runtime("Operation");
    let descriptor = file.runtime("Method");
    let (request, result, error) = (file.ty(&method.params), file.ty(&method.result), file.cx.error_ident(method));
    let output = waiting::output(file, method);
    let (service_wire, method_wire) = (&service.wire, &method.wire);
    let transport = transport(file, &method.transport).map(|transport| quote!(.transport(#transport)));
    let subscription = subscription(file, method);
    let idempotent = method.idempotent.then(|| quote!(.idempotent()));
    let deadline = method.deadline_seconds.map(u64::from).map(|seconds| quote!(.deadline_seconds(#seconds)));
    let is_bytes = |rule: &BlobRule| matches!(rule.kind, BlobKind::Bytes | BlobKind::Keyed { .. });
    let rules = &method.response_blobs;
    let bytes = (!rules.is_empty() && rules.iter().all(is_bytes)).then(|| quote!(.responds_with_bytes()));
    let (uses_websocket, subscription_id) = (uses_websocket(file, method), subscription_id(file, method));
    quote! {
        impl #operation for #request {
            type Response = #result;
            type Error = #error;
            type Output = #output;
            const METHOD: &'static #descriptor =
                &#descriptor::new(#service_wire, #method_wire) #transport #subscription #idempotent #deadline #bytes;
            #uses_websocket
            #subscription_id
        }
    }
}

/// Whether a call travels on the WebSocket, where that depends on a parameter.
fn uses_websocket(file: &File<'_, '_>, method: &Method) -> Option<TokenStream> {
    let Transport::WebSocketUnless { param, equals } = &method.transport else { return None };
    let field = file.cx.api.object(&method.params)?.field(param)?;
    let name = structs::field_ident(field);
    let condition = match (field.required, equals) {
        (true, true) => quote!(!self.#name),
        (true, false) => quote!(self.#name),
        (false, _) => quote!(self.#name != Some(#equals)),
    };
    Some(quote! {
        fn uses_websocket(&self) -> bool { #condition }
    })
}

/// Where the id is that a call subscribes to, or whose subscription it ends.
fn subscription_id(file: &File<'_, '_>, method: &Method) -> Option<TokenStream> {
    let subscription = method.subscription.as_ref()?;
    let holder = if subscription.in_result { &method.result } else { &method.params };
    let name = structs::field_ident(file.cx.api.object(holder)?.field(&subscription.field)?);
    Some(if subscription.in_result {
        let response = file.ty(&method.result);
        quote! {
            fn response_subscription_id(response: &#response) -> Option<&str> { Some(&response.#name) }
        }
    } else {
        quote! {
            fn subscription_id(&self) -> Option<&str> { Some(&self.#name) }
        }
    })
}

/// What the method's calls do to a subscription.
fn subscription(file: &File<'_, '_>, method: &Method) -> Option<TokenStream> {
    let subscription = method.subscription.as_ref()?;
    let field = &subscription.field;
    if !subscription.opens {
        return Some(quote!(.closes(#field)));
    }
    let source = file.runtime("IdSource");
    let source = if subscription.in_result { quote!(#source::Result(#field)) } else { quote!(#source::Params(#field)) };
    Some(quote!(.opens(#source)))
}

/// What makes `.subscribe()` possible.
fn subscribes(file: &File<'_, '_>, service: &Service, method: &Method) -> TokenStream {
    if !method.subscription.as_ref().is_some_and(|subscription| subscription.opens) {
        return TokenStream::new();
    }
    let subscribes = file.runtime("Subscribable");
    let events = file.import("super", &events::enum_ident(service).to_string());
    let request = file.ty(&method.params);
    quote! {
        impl #subscribes for #request {
            type Events = #events;
        }
    }
}

/// How the method's calls travel, where that is not over HTTP.
fn transport(file: &File<'_, '_>, transport: &Transport) -> Option<TokenStream> {
    let kind = || file.runtime("TransportKind");
    Some(match transport {
        Transport::Http => return None,
        Transport::WebSocket => {
            let kind = kind();
            quote!(#kind::WebSocket)
        }
        Transport::WebSocketUnless { param, equals } => {
            let kind = kind();
            quote!(#kind::WebSocketUnless { param: #param, equals: #equals })
        }
        Transport::OpenWebSocketElse { error } => {
            let (kind, code) = (kind(), file.cx.api.errors.get(*error).map(|error| &error.code));
            quote!(#kind::OpenWebSocketElse { error: #code })
        }
    })
}
