//! The page of an event.

use maud::html;

use super::super::layout::{Page, views};
use super::super::prose::paragraphs;
use super::super::reach::Reached;
use super::super::{Site, paths};
use crate::ir::{Event, Service};

pub(super) fn page(site: &Site<'_>, service: &Service, event: &Event) -> Page {
    let api = site.api;
    let reached = Reached::from_event(api, event);
    let opens = service.methods.iter().filter(|it| it.subscription.as_ref().is_some_and(|it| it.opens));
    let content = html! {
        (paragraphs(api, &event.description))
        dl.facts {
            dt { "Transport" }
            dd { "WebSocket" }
            dt { "Arrives" }
            dd {
                "under the parameter " code { (event.id) } ", after "
                @for (position, method) in opens.enumerate() {
                    @if position > 0 { ", " }
                    a href=(paths::method(service, method)) { code { (method.wire) } }
                }
            }
            @if event.ends { dt { "Last" } dd { "no other event follows under that id" } }
            @if let Some(since) = &event.since { dt { "Since" } dd { "revision " (since) } }
        }
        (views([
            site.rust_event(service, event, &reached),
            site.typescript_event(service, event, &reached),
            site.python_event(event, &reached),
            site.frame_event(service, event),
        ]))
    };
    let title = format!("{} / {} (event)", service.wire, event.wire);
    Page { path: paths::event(service, event), title, trail: super::in_service(site, service), content }
}
