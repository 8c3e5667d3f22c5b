//! Doc comments.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::{Absent, Deprecated, Field, Type, TypeDef};
use crate::naming;

/// Columns of a doc line's text.
const WIDTH: usize = 100;

/// Doc attributes of a text: paragraphs are wrapped, everything else stays as it is.
pub(super) fn doc(text: &str) -> TokenStream {
    lines(text).into_iter().map(|line| quote!(#[doc = #line])).collect()
}

/// Inner doc attributes of a text.
pub(super) fn inner(text: &str) -> TokenStream {
    lines(text).into_iter().map(|line| quote!(#![doc = #line])).collect()
}

fn lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        let is_prose = !in_code && !line.starts_with(['|', '#']) && !line.starts_with("```");
        if is_prose { wrap(line, &mut lines) } else { lines.push(pad(line)) }
    }
    lines
}

fn wrap(text: &str, lines: &mut Vec<String>) {
    let hang = if text.starts_with("- ") { "  " } else { "" };
    let mut line = String::new();
    for word in text.split(' ') {
        let width = line.chars().count().saturating_add(word.chars().count());
        // A wrapped line must not look like Markdown of its own.
        let is_safe = !word.starts_with(['-', '+', '*', '#', '>', '|']) && !word.ends_with(['.', ')'])
            || !word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation());
        if !line.is_empty() && width >= WIDTH && is_safe {
            lines.push(pad(&line));
            line = hang.to_owned();
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(pad(&line));
}

fn pad(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// What a field means, and what its absence does.
pub(super) fn field(field: &Field) -> String {
    let mut text = field.description.clone().unwrap_or_else(|| plain(&field.wire, &field.ty));
    if let Some(absent) = &field.absent {
        let value = match absent {
            Absent::Literal(value) => format!("`{value}`"),
            Absent::Described(text) => text.clone(),
        };
        text.push_str(&format!(" Default: {value}."));
    }
    since(text, field.since.as_deref())
}

/// A text with the revision that added what it is about.
pub(super) fn since(text: impl Into<String>, revision: Option<&str>) -> String {
    let text = text.into();
    match revision {
        Some(revision) => format!("{text} Since revision `{revision}`."),
        None => text,
    }
}

/// The same for a type without a text of its own.
pub(super) fn definition(definition: &TypeDef) -> String {
    let text = definition.description.clone().unwrap_or_else(|| plain(&definition.name, &Type::Boolean));
    since(text, definition.since.as_deref())
}

/// The first sentence of a text.
pub(super) fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    match line.split_once(". ") {
        // The full stop is one byte.
        Some((sentence, _)) => line.get(..sentence.len().saturating_add(1)).unwrap_or(line),
        None => line,
    }
}

/// A sentence for a name that says it all.
pub(super) fn plain(wire: &str, ty: &Type) -> String {
    let words = naming::words(wire);
    match (words.strip_suffix(" id"), ty) {
        (Some(of), Type::String) => format!("Id of the {of}."),
        _ => {
            let mut letters = words.chars();
            let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}.", letters.as_str())
        }
    }
}

/// The attribute of something that should not be used any more.
pub(super) fn deprecated(mark: Option<&Deprecated>) -> TokenStream {
    match mark {
        Some(Deprecated { since, instead }) => {
            let note = format!("use {instead}");
            quote!(#[deprecated(since = #since, note = #note)])
        }
        None => TokenStream::new(),
    }
}
