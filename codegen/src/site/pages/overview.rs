//! The first page.

use maud::html;

use super::super::layout::Page;
use super::super::prose::{heading, inline, paragraphs};
use super::super::{Site, paths};

pub(super) fn page(site: &Site<'_>) -> Page {
    let api = site.api;
    let variables = ["API_KEY", "HTTP_URL", "WS_URL"].map(|name| format!("{}_{name}", api.environment));
    let content = html! {
        (paragraphs(api, &api.description))
        dl.facts {
            @if let Some(revision) = &api.revision { dt { "Revision" } dd { code { (revision) } } }
            @if let Some(url) = &api.http { dt { "Over HTTP" } dd { code { (url) } } }
            @if let Some(url) = &api.websocket { dt { "WebSocket" } dd { code { (url) } } }
            dt { "Settings of clients in Rust" }
            dd { @for name in variables { code { (name) } " " } }
        }
        (heading(2, "services", "Services"))
        table {
            @for service in &api.services {
                tr {
                    td { a href=(paths::service(service)) { (service.wire) } }
                    td { (inline(api, &service.description)) }
                }
            }
        }
        (heading(2, "more", "More"))
        table {
            tr { td { a href=(paths::TYPES) { "Types" } } td { "What parameters and results are made of." } }
            tr { td { a href=(paths::ERRORS) { "Errors" } } td { "Each code, and the methods that fail with it." } }
            tr { td { a href=(paths::FRAMES) { "Frames" } } td { "The bytes that travel, for clients in other languages." } }
            tr { td { a href=(paths::CHANGES) { "Changes" } } td { "What each revision of the API added." } }
            tr {
                td { a href=(site.doc("index.html")) { "Docs of the Rust crate" } }
                td { "The guide, and every item of the crate " code { (site.crate_name) } "." }
            }
        }
    };
    Page { path: paths::OVERVIEW.to_owned(), title: api.title.clone(), trail: Vec::new(), content }
}
