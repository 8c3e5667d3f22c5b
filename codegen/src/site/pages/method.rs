//! The page of a method.

use maud::{Markup, html};

use super::super::layout::{Page, views};
use super::super::prose::{heading, inline, name, paragraphs};
use super::super::reach::Reached;
use super::super::{Site, paths};
use crate::ir::{Api, Method, Service, Transport};

pub(super) fn page(site: &Site<'_>, service: &Service, method: &Method) -> Page {
    let api = site.api;
    let reached = Reached::from_method(api, method);
    let content = html! {
        @if let Some(mark) = &method.deprecated {
            p.warning { "Deprecated since revision " (mark.since) ": use " (inline(api, &mark.instead)) "." }
        }
        (paragraphs(api, &method.description))
        (facts(site, service, method))
        (views([
            site.rust_method(service, method, &reached),
            site.typescript_method(service, method, &reached),
            site.python_method(method, &reached),
            site.frame_method(service, method),
        ]))
        (errors(api, method))
    };
    let title = format!("{} / {}", service.wire, method.wire);
    Page { path: paths::method(service, method), title, trail: super::in_service(site, service), content }
}

/// How the call behaves, whatever the language.
fn facts(site: &Site<'_>, service: &Service, method: &Method) -> Markup {
    let api = site.api;
    let other = |index: usize| service.methods.get(index).map(|it| link(service, it)).unwrap_or_default();
    html! {
        dl.facts {
            dt { "Transport" }
            dd { (transport(&method.transport)) }
            dt { "Safe to repeat" }
            dd { @if method.idempotent { "yes" } @else { "no: it may take effect twice" } }
            @if let Some(seconds) = method.deadline_seconds { dt { "May take" } dd { (seconds) " seconds" } }
            @if let Some(paging) = &method.paging {
                dt { "Pages" }
                dd {
                    "of " code { (paging.items) } ", by " code { (paging.offset) } " and " code { (paging.limit) } "; "
                    code { (paging.total) } " counts all of them"
                }
            }
            @if let Some(waiter) = &method.waiter {
                dt { "Long-running" }
                dd {
                    "poll " (other(waiter.method))
                    @if let Some(cancel) = waiter.cancel { ", cancel with " (other(cancel)) }
                }
            }
            @if let Some(subscription) = &method.subscription {
                dt { "Events" }
                dd {
                    @if subscription.opens { "arrive" } @else { "end" } " under the "
                    @if subscription.in_result { "result's " } @else { "parameter " } code { (subscription.field) }
                    @if subscription.opens {
                        ":"
                        @for event in &service.events { " " a href=(paths::event(service, event)) { (event.wire) } }
                    }
                }
            }
            @if let Some(since) = &method.since { dt { "Since" } dd { "revision " (since) } }
            dt { "In Rust" }
            dd { a href=(site.method_doc(service, method)) { "Docs in Rust" } }
            @if api.errors_of(method).next().is_some() {
                dt { "Fails with" }
                dd { a href="#errors" { (method.errors.len()) " error codes" } }
            }
        }
    }
}

fn transport(transport: &Transport) -> Markup {
    html! {
        @match transport {
            Transport::Http => "HTTP",
            Transport::WebSocket => "WebSocket",
            Transport::WebSocketUnless { param, equals } => {
                "WebSocket, unless " code { (param) } " is " code { (equals) }
            }
            Transport::OpenWebSocketElse { .. } => "a WebSocket that is open",
        }
    }
}

/// A link to a method of the same service.
fn link(service: &Service, method: &Method) -> Markup {
    html! { a href=(paths::method(service, method)) { code { (method.wire) } } }
}

fn errors(api: &Api, method: &Method) -> Markup {
    html! {
        @if !method.errors.is_empty() {
            (heading(2, "errors", "What the errors mean"))
            table {
                @for error in api.errors_of(method) {
                    tr {
                        td { a href=(paths::error(&error.code)) { code { (name(&error.code)) } } }
                        td {
                            (inline(api, &error.description))
                            @if error.retryable { " The same call may succeed later." }
                        }
                    }
                }
            }
        }
    }
}
