//! The text of a definition, and locations in it.

use std::ops::Range;

/// The text of a definition together with the name it is reported under.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
}

impl Source {
    /// Pairs a text with the name (usually the path) shown in diagnostics.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// The name shown in diagnostics.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both counted from 1; columns count characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.get(line_start..).map_or(0, |head| head.chars().count());
        (line, column.saturating_add(1))
    }
}

/// A place in a definition: bytes of the text and the JSON pointer to the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// Bytes of the text.
    pub span: Range<usize>,
    /// JSON pointer (RFC 6901) to the value; empty for the whole document.
    pub pointer: String,
}
