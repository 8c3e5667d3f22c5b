//! Descriptions as HTML.

use maud::{Markup, html};

use super::paths;
use crate::ir::Api;

/// A line of text: what stands between backticks is code, and a link where it has a page.
pub(super) fn inline(api: &Api, text: &str) -> Markup {
    html! {
        @for (index, piece) in text.split('`').enumerate() {
            @if index % 2 == 0 {
                (piece)
            } @else if let Some(path) = paths::mentioned(api, piece) {
                a href=(path) { code { (piece) } }
            } @else {
                code { (piece) }
            }
        }
    }
}

/// The paragraphs of a description.
pub(super) fn paragraphs(api: &Api, text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            p { (inline(api, paragraph)) }
        }
    }
}

/// A heading that can be linked to.
pub(super) fn heading(level: u8, id: &str, title: &str) -> Markup {
    let content = html! {
        (title) " " a.anchor href={ "#" (id) } aria-label={ "Link to " (title) } { "#" }
    };
    match level {
        2 => html! { h2 id=(id) { (content) } },
        3 => html! { h3 id=(id) { (content) } },
        _ => html! { h4 id=(id) { (content) } },
    }
}

/// A name, which may break between its words where there is no room for all of it.
pub(super) fn name(text: &str) -> Markup {
    let starts = text.char_indices().zip(text.chars().skip(1)).filter_map(|((at, previous), next)| {
        let begins = next.is_uppercase() && previous.is_lowercase() || matches!(previous, '_' | '.');
        begins.then(|| at.saturating_add(previous.len_utf8()))
    });
    let mut from = 0;
    let words = starts.chain([text.len()]).map(|to| text.get(std::mem::replace(&mut from, to)..to).unwrap_or_default());
    html! { @for (position, word) in words.enumerate() { @if position > 0 { wbr; } (word) } }
}
