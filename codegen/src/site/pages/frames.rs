//! The page of the frame format, with messages of this API taken apart.

use maud::{Markup, html};

use super::super::bytes::Message;
use super::super::layout::Page;
use super::super::prose::{heading, inline};
use super::super::{Site, frame as view, paths, reach, tensors};
use crate::export::frame;
use crate::ir::blobs::{BlobKind, BlobRule};
use crate::ir::{Event, Method, Service};

pub(super) fn page(site: &Site<'_>) -> Page {
    let api = site.api;
    let content = html! {
        p {
            "Clients in other languages write and read these bytes. The lengths and ids are big-endian, and the elements of "
            "tensors little-endian. Which blobs a message has is on the page of its method or event, under “Raw frame”."
        }
        (heading(2, "varints", "Varints"))
        p { (inline(api, frame::VARINT)) }
        table.narrow {
            tr { th { "value" } th { "bytes" } }
            @for (value, bytes) in [("0", "00"), ("252", "fc"), ("253", "fd 00 fd"), ("65535", "fd ff ff"), ("65536", "fe 00 01 00 00")] {
                tr { td { (value) } td { code { (bytes) } } }
            }
        }
        (request(site))
        (response(site))
        @if api.websocket.is_some() { (socket(site)) }
        @if reach::has_tensors(api) { (tensors::section()) }
    };
    Page { path: paths::FRAMES.to_owned(), title: "Frames".to_owned(), trail: super::at_top(site), content }
}

fn methods<'a>(site: &Site<'a>) -> impl Iterator<Item = (&'a Service, &'a Method)> {
    let api = site.api;
    api.services.iter().flat_map(|service| service.methods.iter().map(move |method| (service, method)))
}

/// What shows the most: with tensors rather than with bytes, and with bytes rather than without blobs.
fn richness(rules: &[BlobRule]) -> usize {
    let worth = |rule: &BlobRule| if matches!(rule.kind, BlobKind::Bytes | BlobKind::Keyed { .. }) { 1 } else { 2 };
    rules.iter().map(worth).max().unwrap_or_default()
}

/// The first of those that show the most.
fn richest<T>(all: impl Iterator<Item = T>, richness: impl Fn(&T) -> usize) -> Option<T> {
    all.fold(None, |best: Option<T>, next| match best {
        Some(best) if richness(&best) >= richness(&next) => Some(best),
        _ => Some(next),
    })
}

fn link(service: &Service, method: &Method) -> Markup {
    html! { a href=(paths::method(service, method)) { code { (service.wire) "." (method.wire) } } }
}

fn request(site: &Site<'_>) -> Markup {
    let over_http = methods(site).filter(|(_, method)| !view::is_socket_only(method));
    let shown = richest(over_http, |(_, method)| richness(&method.request_blobs));
    html! {
        (heading(2, "requests", "Requests over HTTP"))
        p { (inline(site.api, frame::REQUEST)) }
        p {
            "It is the body of a POST to " code { (site.api.http.as_deref().unwrap_or_default()) "/{service}/{method}" }
            ", of the type " code { "application/octet-stream" } ", with the header " code { "Authorization: Bearer <API key>" } "."
        }
        @if let Some((service, method)) = shown {
            @let request = view::request(site.api, method);
            p { "A request of " (link(service, method)) ":" }
            (Message::request(&request).html())
        }
    }
}

fn response(site: &Site<'_>) -> Markup {
    let shown = richest(methods(site), |(_, method)| richness(&method.response_blobs));
    html! {
        (heading(2, "responses", "Responses over HTTP"))
        p { (inline(site.api, frame::RESPONSE)) }
        @if let Some((service, method)) = shown {
            @let response = view::response(site.api, method);
            p { "A response of " (link(service, method)) ":" }
            (Message::response(&response).html())
        }
    }
}

fn socket(site: &Site<'_>) -> Markup {
    let api = site.api;
    let call = richest(methods(site), |(_, method)| usize::from(view::is_socket_only(method)));
    let events = api.services.iter().flat_map(|service| service.events.iter().map(move |event| (service, event)));
    let event = richest(events, |(_, event): &(&Service, &Event)| richness(&event.blobs));
    html! {
        (heading(2, "websocket", "The WebSocket"))
        p { (inline(api, frame::SOCKET_CALL)) " " (inline(api, frame::SOCKET_RESPONSE)) }
        @if let Some((service, method)) = call {
            p { "A call of " (link(service, method)) ":" }
            (Message::call(7, &view::call(api, service, method)).html())
            p { "And a response to it:" }
            (Message::socket_response(7, &view::response(api, method)).html())
        }
        @if let Some((service, event)) = event {
            (heading(2, "events", "Events"))
            p { (inline(api, frame::EVENT)) }
            p { "An event " a href=(paths::event(service, event)) { code { (service.wire) "." (event.wire) } } ":" }
            (Message::event(&service.wire, &view::event(api, event)).html())
        }
    }
}
