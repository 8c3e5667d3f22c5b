//! The page of a type, and that which lists all.

use maud::html;

use super::super::layout::{Page, views};
use super::super::prose::{heading, inline, name, paragraphs};
use super::super::reach::{self, Reached};
use super::super::{Site, paths};
use crate::ir::types::{Type, TypeDef, TypeId};

pub(super) fn index(site: &Site<'_>) -> Page {
    let api = site.api;
    let content = html! {
        table {
            @for (_, definition) in reach::with_pages(api) {
                tr {
                    td { a href=(paths::type_page(api, definition)) { (name(&definition.name)) } }
                    td { (inline(api, definition.description.as_deref().unwrap_or_default())) }
                }
            }
        }
    };
    Page { path: paths::TYPES.to_owned(), title: "Types".to_owned(), trail: super::at_top(site), content }
}

pub(super) fn page(site: &Site<'_>, id: TypeId, definition: &TypeDef) -> Page {
    let api = site.api;
    let mut links = Reached::from_type(api, &Type::Named(id)).links(api);
    links.retain(|_, path| *path != paths::type_page(api, definition));
    let links = &links;
    let mut users = Vec::new();
    for service in &api.services {
        let methods = service.methods.iter().filter(|it| Reached::from_method(api, it).types.contains(&id));
        users.extend(methods.map(|it| (paths::method(service, it), format!("{} / {}", service.wire, it.wire))));
        let events = service.events.iter().filter(|it| Reached::from_event(api, it).types.contains(&id));
        users.extend(events.map(|it| (paths::event(service, it), format!("{} / {} (event)", service.wire, it.wire))));
    }
    let content = html! {
        @if let Some(mark) = &definition.deprecated {
            p.warning { "Deprecated since revision " (mark.since) ": use " (inline(api, &mark.instead)) "." }
        }
        (paragraphs(api, definition.description.as_deref().unwrap_or_default()))
        @if let Some(since) = &definition.since { p.quiet { "Since revision " (since) } }
        (views([
            site.rust_type(id, definition, links),
            site.typescript_type(id, links),
            site.python_type(id, definition, links),
            site.frame_type(id),
        ]))
        @if !users.is_empty() {
            (heading(2, "used-by", "Used by"))
            ul { @for (path, title) in users { li { a href=(path) { (title) } } } }
        }
    };
    let mut trail = super::at_top(site);
    trail.push((paths::TYPES.to_owned(), "Types".to_owned()));
    Page { path: paths::type_page(api, definition), title: definition.name.clone(), trail, content }
}
