//! The page of a service.

use maud::html;

use super::super::layout::Page;
use super::super::prose::{heading, inline, name, paragraphs};
use super::super::{Site, paths};
use crate::ir::Service;

pub(super) fn page(site: &Site<'_>, service: &Service) -> Page {
    let api = site.api;
    let content = html! {
        (paragraphs(api, &service.description))
        @if let Some(since) = &service.since { p.quiet { "Since revision " (since) } }
        @if !service.methods.is_empty() {
            (heading(2, "methods", "Methods"))
            table {
                @for method in &service.methods {
                    tr {
                        td { a href=(paths::method(service, method)) { (name(&method.wire)) } }
                        td {
                            (inline(api, &method.description))
                            @if method.deprecated.is_some() { " " span.mark { "deprecated" } }
                        }
                    }
                }
            }
        }
        @if !service.events.is_empty() {
            (heading(2, "events", "Events"))
            table {
                @for event in &service.events {
                    tr {
                        td { a href=(paths::event(service, event)) { (name(&event.wire)) } }
                        td { (inline(api, &event.description)) }
                    }
                }
            }
        }
    };
    Page { path: paths::service(service), title: service.wire.clone(), trail: super::at_top(site), content }
}
