//! One file a method: the call, its request, its result and its errors.

use proc_macro2::TokenStream;
use quote::quote;

use super::context::Context;
use super::file::File;
use super::{common, docs, errors, events, example, items, paging, structs, waiting, wire};
use crate::ir::blobs::{BlobKind, BlobRule};
use crate::ir::types::{Object, Owner, Type, TypeKind};
use crate::ir::{Method, Paging, Service, Transport};
use crate::naming;

pub(super) fn file(cx: &Context<'_>, service_index: usize, index: usize) -> TokenStream {
    let Some(service) = cx.api.services.get(service_index) else { return TokenStream::new() };
    let Some(method) = service.methods.get(index) else { return TokenStream::new() };
    let owner = Owner::Method(service_index, index);
    let file = File::new(cx, owner);
    let about = docs::inner(&format!("`{}.{}`.", service.wire, method.wire));
    let is_common = cx.common.has_method(service_index, index);
    let call = call(&file, service, method, is_common);
    let types = if is_common {
        let mut names = cx.names_of(owner);
        names.extend(Some(cx.error_ident(method)).filter(|name| *name == naming::method_error(method)));
        common::reexport(cx, &naming::ident(&naming::service_module(service)), names)
    } else {
        types(&file, service_index, index)
    };
    let imports = file.imports();
    quote!(#about #imports #call #types)
}

/// The request, its result, its errors, and what the runtime needs to know of them.
pub(super) fn types(file: &File<'_, '_>, service_index: usize, index: usize) -> TokenStream {
    let cx = file.cx;
    let Some(service) = cx.api.services.get(service_index) else { return TokenStream::new() };
    let Some(method) = service.methods.get(index) else { return TokenStream::new() };
    let owner = Owner::Method(service_index, index);
    let link = format!("[`{}::{}`]", cx.client_ident(service), cx.method_name(method));
    let ungated = TokenStream::new();
    let types = cx.owned_by(owner).into_iter().map(|(id, definition)| {
        let (is_request, is_result) = (method.params == Type::Named(id), method.result == Type::Named(id));
        match &definition.kind {
            TypeKind::Object(object) if is_request => {
                let text = format!("Parameters of {link}.");
                let item = structs::with_docs(file, definition, object, &text, "request_constructors", &ungated);
                let wire = wire::items(file, definition);
                quote!(#item #wire)
            }
            TypeKind::Object(object) if is_result => {
                let text = definition.description.clone().unwrap_or_else(|| format!("Response to {link}."));
                let item = structs::with_docs(file, definition, object, &text, "constructors", &ungated);
                let wire = wire::items(file, definition);
                quote!(#item #wire)
            }
            _ => items::of_type(file, definition, &ungated),
        }
    });
    let types: Vec<TokenStream> = types.collect();
    let error = errors::item(file, method, &link);
    let operation = operation(file, service, method);
    let subscribes = subscribes(file, service, method);
    let (paged, starts) = (paging::item(file, method), waiting::items(file, service, method));
    let plain = file.plain_json();
    quote!(#(#types)* #plain #error #operation #subscribes #paged #starts)
}

/// The method of the service's client. A common method has its types in another file, which imports more.
fn call(file: &File<'_, '_>, service: &Service, method: &Method, is_common: bool) -> TokenStream {
    file.use_folder();
    let client = file.cx.client_ident(service);
    let call = file.extended_type("Call");
    let name = naming::ident(&file.cx.method_name(method));
    let request = file.ty(&method.params);
    let nothing = Object::default();
    let object = file.cx.api.object(&method.params).unwrap_or(&nothing);
    let parameters = structs::parameters(file, object);
    let arguments = object.fields.iter().filter(|field| field.is_argument()).map(structs::field_ident);
    let allow = (parameters.len() > 6).then(|| quote!(#[allow(clippy::too_many_arguments)]));
    let mut text = prose(file.cx, service, method);
    if is_common {
        text = text.replace("[`Waiter`]", &format!("[`Waiter`]({}::Waiter)", file.cx.options.runtime));
    }
    let doc = docs::doc(1, &text);
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

/// The docs of a method: what it does, how it is called, an example.
fn prose(cx: &Context<'_>, service: &Service, method: &Method) -> String {
    let (description, facts, example) =
        (&method.description, facts(cx, service, method), example::call(cx, service, method));
    let setters = setters(cx, method).map(|setters| format!("{setters}\n\n")).unwrap_or_default();
    format!("{description}\n\n{facts}\n\n{setters}{example}")
}

/// The optional parameters, where there are any. They link to the setters of the request: those of a call stand among
/// those of all other calls.
fn setters(cx: &Context<'_>, method: &Method) -> Option<String> {
    let (object, request) = (cx.api.object(&method.params)?, cx.request_ident(method)?);
    let optional = object.fields.iter().filter(|field| !field.required).map(structs::setter_ident);
    let links: Vec<String> = optional.map(|setter| format!("[`{setter}`]({request}::{setter})")).collect();
    (!links.is_empty()).then(|| format!("Optional parameters, set on the call: {}.", links.join(", ")))
}

/// How the method is called, and what the call gives.
fn facts(cx: &Context<'_>, service: &Service, method: &Method) -> String {
    let transport = match &method.transport {
        Transport::Http => "over HTTP".to_owned(),
        Transport::WebSocket => "over the WebSocket".to_owned(),
        Transport::WebSocketUnless { param, equals } => {
            format!("over the WebSocket, or over HTTP if `{param}` is {equals}")
        }
        Transport::OpenWebSocketElse { error } => {
            let code = cx.api.errors.get(*error).map_or("", |error| &error.code);
            format!("over a WebSocket that is already open; fails with `{code}` if there is none")
        }
    };
    let repeat = if method.idempotent { "safe" } else { "not safe" };
    let mut facts = format!(
        "Calls `{}.{}` {transport}; {repeat} to repeat. Errors: [`{}`].",
        service.wire,
        method.wire,
        cx.error_ident(method)
    );
    if let Some(seconds) = method.deadline_seconds {
        facts.push_str(&format!(" The default timeout is {seconds} s."));
    }
    if method.subscription.as_ref().is_some_and(|subscription| subscription.opens) {
        let events = events::enum_ident(service);
        facts.push_str(&format!(" [`subscribe`](Call::subscribe) gives a stream of [`{events}`]s."));
    }
    if let Some(Paging { items, .. }) = &method.paging {
        facts.push_str(&format!(
            " Returns one page of `{items}`; [`items`](Call::items) and [`pages`](Call::pages) read all pages."
        ));
    }
    if method.waiter.is_some() {
        facts.push_str(" Returns a [`Waiter`], which dereferences to the result and follows the work.");
    }
    if let Type::Named(id) = method.result
        && cx.api.union(&method.result).is_some_and(|union| union.outcome.is_some())
        && let Some(definition) = cx.api.get(id)
    {
        let name = cx.type_ident(definition);
        facts.push_str(&format!(
            " A response may be a failure, which [`into_result`]({name}::into_result) converts into an error."
        ));
    }
    if let Some(revision) = &method.until {
        facts.push_str(&format!(" The revision `{revision}` of the API has it in another form, or not at all."));
    }
    docs::since(facts, method.since.as_deref())
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
    let module = file.cx.options.module.rsplit("::").next();
    let revision = module.filter(|_| file.cx.base.is_some()).map(|module| quote!(.revision(#module)));
    let until = method.until.as_ref().map(|revision| quote!(.until(#revision)));
    let (uses_websocket, subscription_id) = (uses_websocket(file, method), subscription_id(file, method));
    quote! {
        impl #operation for #request {
            type Response = #result;
            type Error = #error;
            type Output = #output;
            const METHOD: &'static #descriptor =
                &#descriptor::new(#service_wire, #method_wire) #transport #subscription #idempotent #deadline #bytes #revision #until;
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
    let events = events::enum_ident(service);
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
