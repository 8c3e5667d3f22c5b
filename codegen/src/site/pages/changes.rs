//! The page of what changed between revisions.

use maud::{Markup, html};

use super::super::history::{self, Entry};
use super::super::layout::Page;
use super::super::prose::{heading, inline};
use super::super::{Site, paths};
use crate::diff::{self, Change, Class, Place};
use crate::ir::Api;

pub(super) fn page(site: &Site<'_>) -> Page {
    let api = site.api;
    let revisions = history::revisions(api);
    let content = html! {
        @match &api.revision {
            Some(revision) => p { "These pages describe revision " code { (revision) } "." },
            None => p { "The definition does not name its revision." },
        }
        @if let Some(previous) = site.revision.since { (differences(api, previous)) }
        @if revisions.is_empty() {
            p { "It is the only revision: nothing in it is marked as added or deprecated later than the rest." }
        }
        @for (revision, entries) in revisions {
            (heading(2, &format!("revision-{revision}"), &format!("Revision {revision}")))
            (list("Added", entries.iter().filter(|entry| !entry.deprecated)))
            (list("Deprecated", entries.iter().filter(|entry| entry.deprecated)))
        }
    };
    Page { path: paths::CHANGES.to_owned(), title: "Changes".to_owned(), trail: super::at_top(site), content }
}

fn list<'a>(title: &str, entries: impl Iterator<Item = &'a Entry>) -> Markup {
    let entries: Vec<&Entry> = entries.collect();
    html! {
        @if !entries.is_empty() {
            h3 { (title) }
            ul {
                @for entry in entries {
                    li { (entry.kind) " " a href=(entry.path) { code { (entry.name) } } @if let Some(text) = &entry.note { ": " (text) } }
                }
            }
        }
    }
}

/// What is different from an older definition.
fn differences(api: &Api, previous: &Api) -> Markup {
    let changes = diff::diff(previous, api);
    let title = match &previous.revision {
        Some(revision) => format!("Since revision {revision}"),
        None => "Since an older definition".to_owned(),
    };
    let mut place = None;
    html! {
        (heading(2, "since", &title))
        @if changes.list().is_empty() {
            p { "Nothing has changed." }
        } @else {
            p {
                @for class in [Class::Wire, Class::Rust, Class::Compatible] {
                    span class=(class.name()) { span.mark { (class) } " " (changes.count(class)) } " "
                }
            }
            @for change in changes.list() {
                @if place.replace(&change.place) != Some(&change.place) { h3 { (subject(api, &change.place)) } }
                (self::change(api, change))
            }
        }
    }
}

/// What a change is about, with a link to it unless it is no longer there.
fn subject(api: &Api, place: &Place) -> Markup {
    let (name, path) = match place {
        Place::Api => ("The API".to_owned(), Some(paths::OVERVIEW.to_owned())),
        Place::Type(name) => (name.clone(), paths::mentioned(api, name)),
        Place::Error(name) => {
            (name.clone(), api.errors.iter().find(|it| it.name == *name).map(|it| paths::error(&it.code)))
        }
        Place::Service(name) => (name.clone(), api.services.iter().find(|it| it.wire == *name).map(paths::service)),
        Place::Method(service, member) | Place::Event(service, member) => {
            (format!("{service} / {member}"), paths::mentioned(api, &format!("{service}.{member}")))
        }
    };
    html! { @if let Some(path) = path { a href=(path) { (name) } } @else { (name) } }
}

fn change(api: &Api, change: &Change) -> Markup {
    html! {
        p class=(change.class.name()) {
            span.mark { (change.class) } " "
            @if !change.path.is_empty() { code { (change.path) } " " }
            (inline(api, &change.what)) ". " (inline(api, &change.why))
            @if !change.used_by.is_empty() {
                " Used by" @for user in &change.used_by { " " (inline(api, &format!("`{user}`"))) } "."
            }
        }
    }
}
