//! Doc comments.

use std::borrow::Cow;

use proc_macro2::TokenStream;
use quote::quote;

use crate::ir::first_sentence;
use crate::ir::types::{Absent, Deprecated, Field, Type, TypeDef};
use crate::naming::case;

/// Columns of a line of text in a doc comment at a level of indentation; a line of code has 120 columns.
pub(super) const fn width(level: usize) -> usize {
    // The indentation, and `/// `.
    116_usize.saturating_sub(level.saturating_mul(4))
}

/// Doc attributes of an item at a level of indentation: paragraphs are wrapped, everything else stays as it is.
pub(super) fn doc(level: usize, text: &str) -> TokenStream {
    lines(text, width(level)).into_iter().map(|line| quote!(#[doc = #line])).collect()
}

/// Inner doc attributes of a module.
pub(super) fn inner(text: &str) -> TokenStream {
    lines(text, width(0)).into_iter().map(|line| quote!(#![doc = #line])).collect()
}

fn lines(text: &str, columns: usize) -> Vec<String> {
    let text = visible(text);
    let mut lines = Vec::new();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        let is_prose = !in_code && !line.starts_with(['|', '#']) && !line.starts_with("```");
        if is_prose { wrap(line, columns, &mut lines) } else { lines.push(pad(line)) }
    }
    lines
}

/// The text without characters that Rust does not allow in comments: those that control, or change the direction.
fn visible(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| {
        c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_hidden) {
        return text.into();
    }
    let mut visible = String::new();
    for c in text.chars() {
        if is_hidden(c) { visible.extend(c.escape_default()) } else { visible.push(c) }
    }
    visible.into()
}

fn wrap(text: &str, columns: usize, lines: &mut Vec<String>) {
    let hang = if text.starts_with("- ") { "  " } else { "" };
    let mut line = String::new();
    for word in text.split(' ') {
        let width = line.chars().count().saturating_add(word.chars().count());
        // A wrapped line must not look like Markdown of its own.
        let is_safe = !word.starts_with(['-', '+', '*', '#', '>', '|']) && !word.ends_with(['.', ')'])
            || !word.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation());
        if !line.is_empty() && width >= columns && is_safe {
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

/// What a field means, in a line at a level of indentation.
pub(super) fn brief(level: usize, field: &Field) -> String {
    let text = self::field(field);
    let is_line = !text.contains('\n') && text.chars().count() <= width(level);
    if is_line { text } else { first_sentence(&text).to_owned() }
}

/// A text with the revision that added what it is about.
pub(super) fn since(text: impl Into<String>, revision: Option<&str>) -> String {
    let text = text.into();
    match revision {
        Some(revision) => format!("{text} Since revision `{revision}`."),
        None => text,
    }
}

/// A text with what to use instead, if that should be.
pub(super) fn with_deprecation(text: String, mark: Option<&Deprecated>) -> String {
    match mark {
        Some(Deprecated { since, instead }) => format!("{text} Deprecated since revision `{since}`: use {instead}."),
        None => text,
    }
}

/// The same for a type without a text of its own.
pub(super) fn definition(definition: &TypeDef) -> String {
    let text = definition.description.clone().unwrap_or_else(|| plain(&definition.name, &Type::Boolean));
    since(text, definition.since.as_deref())
}

/// A sentence for a name that says it all.
pub(super) fn plain(wire: &str, ty: &Type) -> String {
    let words = case::words(wire);
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
