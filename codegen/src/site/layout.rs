//! What is around the content of every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{MARK, Switch, paths, prose};
use crate::ir::Api;

/// The languages that calls and types are shown in: id and label.
pub(super) const VIEWS: [(&str, &str); 4] =
    [("rust", "Rust"), ("typescript", "TypeScript"), ("python", "Python"), ("frame", "Raw frame")];

/// A page without its surroundings.
pub(super) struct Page {
    /// Its address, which begins with `/`.
    pub(super) path: String,
    pub(super) title: String,
    /// Addresses and names of the pages above this one.
    pub(super) trail: Vec<(String, String)>,
    pub(super) content: Markup,
}

/// What a page shows of its subject in one language.
#[derive(Default)]
pub(super) struct View {
    pub(super) main: Markup,
    /// What stands beside it where there is room.
    pub(super) side: Markup,
}

/// The switch between languages, and the views in the order of [`VIEWS`].
pub(super) fn views(views: [View; 4]) -> Markup {
    html! {
        nav.switch aria-label="Language" {
            @for (id, label) in VIEWS { a href={ "#" (id) } data-view=(id) { (label) } }
        }
        @for ((id, label), View { main, side }) in VIEWS.into_iter().zip(views) {
            section.view id=(id) aria-labelledby={ (id) "-label" } {
                h2.label id={ (id) "-label" } { (label) }
                div.columns[!side.0.is_empty()] {
                    div.main { (main) }
                    @if !side.0.is_empty() { div.side { (side) } }
                }
            }
        }
    }
}

/// The whole page, between the previous and the next one.
pub(super) fn document(
    api: &Api,
    page: &Page,
    [previous, next]: [Option<&Page>; 2],
    switches: &[Switch<'_>],
) -> String {
    let title =
        if page.path == paths::OVERVIEW { api.title.clone() } else { format!("{} · {}", page.title, api.title) };
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                (PreEscaped(MARK))
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/assets/style.css";
                link rel="stylesheet" href="/assets/code.css";
                script src="/assets/site.js" {}
                script src="/assets/search.js" defer {}
            }
            body {
                header {
                    a.menu-button href="#site-menu" { "Menu" }
                    a.home href=(paths::OVERVIEW) { (api.title) }
                    (revisions(switches))
                    (search())
                }
                main {
                    @if !page.trail.is_empty() {
                        nav.trail aria-label="Breadcrumb" {
                            @for (path, name) in &page.trail { a href=(path) { (name) } " / " }
                        }
                    }
                    h1 { (prose::name(&page.title)) }
                    (page.content)
                    nav.pager aria-label="Neighbouring pages" {
                        @if let Some(page) = previous { a rel="prev" href=(page.path) { small { "Previous" } (prose::name(&page.title)) } }
                        @if let Some(page) = next { a rel="next" href=(page.path) { small { "Next" } (prose::name(&page.title)) } }
                    }
                }
                (menu(api, page))
            }
        }
    };
    relative(html.into_string(), &page.path)
}

/// The switch between revisions, if there are several.
fn revisions(switches: &[Switch<'_>]) -> Markup {
    html! {
        @if !switches.is_empty() {
            nav.revisions aria-label="Revision of the API" {
                @for switch in switches {
                    a href=(switch.path) aria-current=[switch.is_current.then_some("true")] { (switch.name) }
                }
            }
        }
    }
}

fn search() -> Markup {
    html! {
        div.search role="search" {
            input #search-input type="search" placeholder="Search (press /)" aria-label="Search" autocomplete="off"
                role="combobox" aria-expanded="false" aria-autocomplete="list" aria-controls="search-results";
            div #search-results role="listbox" aria-label="Results" hidden {}
            p #search-status.quiet role="status" {}
        }
    }
}

/// The menu of services and methods, with the current page marked.
fn menu(api: &Api, page: &Page) -> Markup {
    let entry = |path: String, name: &str| {
        let current = (path == page.path).then_some("page");
        html! { li { a href=(path) aria-current=[current] { (prose::name(name)) } } }
    };
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    html! {
        nav #site-menu aria-label="Pages" {
            ul {
                (entry(paths::OVERVIEW.to_owned(), "Overview"))
                @for service in &api.services {
                    @let path = paths::service(service);
                    li {
                        details open[path.rsplit_once('/').is_some_and(|(its, _)| its == folder)] {
                            summary { (service.wire) }
                            ul {
                                (entry(path, "Overview"))
                                @for method in &service.methods { (entry(paths::method(service, method), &method.wire)) }
                                @for event in &service.events {
                                    (entry(paths::event(service, event), &format!("{} (event)", event.wire)))
                                }
                            }
                        }
                    }
                }
                @for (path, name) in [
                    (paths::TYPES, "Types"),
                    (paths::ERRORS, "Errors"),
                    (paths::FRAMES, "Frames"),
                    (paths::CHANGES, "Changes"),
                ] {
                    (entry(path.to_owned(), name))
                }
            }
        }
    }
}

/// Makes the addresses in a page relative, so that it opens from disk. Text has no such quotes: they are escaped there.
fn relative(html: String, path: &str) -> String {
    let depth = path.matches('/').count().saturating_sub(1);
    let root = "../".repeat(depth);
    html.replace("href=\"/", &format!("href=\"{root}"))
        .replace("src=\"/", &format!("src=\"{root}"))
        .replace("<html ", &format!("<html data-root=\"{root}\" "))
}
