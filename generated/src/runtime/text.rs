//! Text of JSON, and excerpts of text for messages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_path_to_error::{Path, Segment};

/// A string of JSON, which is borrowed unless it has escapes.
#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(transparent)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub(crate) Cow<'a, str>);

/// The most characters of an excerpt.
const MAX_CHARS: usize = 200;

/// The most characters of either end of a passage.
const MAX_PASSAGE_CHARS: usize = 1000;

/// The beginning of a text.
pub(crate) fn excerpt(text: &str) -> String {
    if text.chars().nth(MAX_CHARS).is_none() {
        return text.chars().map(printable).collect();
    }
    let mut short: String = text.chars().take(MAX_CHARS.saturating_sub(1)).map(printable).collect();
    short.push('…');
    short
}

/// The beginning of a value as JSON.
pub(crate) fn json_excerpt(value: &impl Serialize) -> String {
    // A character has at most four bytes, and one more is seen to be left out.
    let mut head = [0; (MAX_CHARS + 1) * 4];
    let mut space = head.as_mut_slice();
    // Fails when no space is left.
    let _ = serde_json::to_writer(&mut space, value);
    let left = space.len();
    let written = head.get(..head.len().saturating_sub(left)).unwrap_or_default();
    excerpt(&String::from_utf8_lossy(written))
}

/// A text without control characters, and without its middle if it is long: messages of parsers begin with what they
/// found, and end with what they expected.
pub(crate) fn abridged(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_CHARS).map(printable).collect();
    let rest = text.chars().count().saturating_sub(MAX_CHARS);
    if rest > MAX_CHARS {
        short.push('…');
    }
    let tail = text.chars().skip(MAX_CHARS).skip(rest.saturating_sub(MAX_CHARS));
    short.extend(tail.map(printable));
    short
}

/// A text of several lines without other control characters, and without its middle if it is very long.
pub(crate) fn passage(text: &str) -> String {
    let printable = |letter| if letter == '\n' || letter == '\t' { letter } else { printable(letter) };
    let text = text.trim_end();
    let omitted = text.chars().count().saturating_sub(2 * MAX_PASSAGE_CHARS);
    if omitted == 0 {
        return text.chars().map(printable).collect();
    }
    let mut passage: String = text.chars().take(MAX_PASSAGE_CHARS).map(printable).collect();
    passage.push('…');
    passage.extend(text.chars().skip(MAX_PASSAGE_CHARS.saturating_add(omitted)).map(printable));
    passage
}

/// A sentence as a part of another: without its capital letter and its full stop.
pub(crate) fn clause(sentence: &str) -> String {
    let sentence = sentence.trim_end_matches('.');
    let mut letters = sentence.chars();
    let first = letters.next();
    // Acronyms stay in upper case.
    if letters.clone().next().is_some_and(char::is_lowercase) || letters.as_str().starts_with(' ') {
        return first.into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    }
    sentence.to_owned()
}

/// Replaces control characters, which would affect a terminal.
fn printable(letter: char) -> char {
    if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }
}

/// The beginning of bytes that should be text.
pub(crate) fn excerpt_bytes(bytes: &[u8]) -> String {
    // A character has at most four bytes.
    let head = bytes.get(..MAX_CHARS.saturating_mul(4)).unwrap_or(bytes);
    excerpt(String::from_utf8_lossy(head).trim())
}

/// The text around a byte.
pub(crate) fn excerpt_at(text: &str, byte: usize) -> String {
    let before = MAX_CHARS / 2;
    let byte = (0..=byte.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    let head = text.get(..byte).unwrap_or_default();
    let start = head.char_indices().rev().nth(before).map_or(0, |(at, _)| at);
    if start == 0 {
        return excerpt(text);
    }
    let rest = text.get(start..).unwrap_or_default();
    let mut short = String::from("…");
    let mut letters = rest.chars().skip(1);
    short.extend(letters.by_ref().take(MAX_CHARS.saturating_sub(2)).map(printable));
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

/// A path such as `models[3].createdAt`; empty for the root, or if it is unknown.
pub(crate) fn path_text(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Segment::Unknown => break,
        }
    }
    excerpt(&text)
}

/// A number with its noun in singular or plural.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
