//! Diagnostics: what is wrong with a definition, where, and what to do about it.

use std::fmt;
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

/// One mistake in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is.
    pub location: Location,
    /// What is wrong, without a final period.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl Diagnostic {
    /// Describes a mistake and its mend.
    pub fn new(at: &Location, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { location: at.clone(), message: message.into(), help: help.into() }
    }
}

/// Collects mistakes, so that one run reports all of them.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Notes a mistake.
    pub fn error(&mut self, at: &Location, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::new(at, message, help));
    }

    /// Notes a mistake that is already described; the same one is kept once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Whether nothing was noted.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Turns what was noted into a report on `source`, in the order of the text.
    pub fn into_report(mut self, source: &Source) -> Report {
        self.list.sort_by_key(|diagnostic| diagnostic.location.span.start);
        Report { source: source.clone(), diagnostics: self.list }
    }
}

/// All mistakes of one definition; displays as a compiler would show them.
#[derive(Clone, Debug)]
pub struct Report {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// The mistakes, in the order of the text.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The text they are about.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The report in the colours of a terminal.
    pub fn coloured(&self) -> String {
        crate::snippet::render(self, true)
    }
}

impl std::error::Error for Report {}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::snippet::render(self, false))
    }
}
