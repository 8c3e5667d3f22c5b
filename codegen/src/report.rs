//! A report of mistakes as a compiler would show it: the lines of each mistake, underlined.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::diag::{Diagnostic, Diagnostics};
use crate::source::Source;

/// All mistakes of one definition; displays as a compiler would show them.
#[derive(Clone, Debug)]
pub struct Report {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(crate) fn new(source: &Source, diagnostics: Diagnostics) -> Self {
        Self { source: source.clone(), diagnostics: diagnostics.into_sorted() }
    }

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
        render(self, true)
    }
}

impl std::error::Error for Report {}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, false))
    }
}

/// Renders a report, perhaps with the colours of a terminal.
fn render(report: &Report, coloured: bool) -> String {
    let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in report.diagnostics() {
        text.push_str(&one(&renderer, report.source(), diagnostic));
        text.push_str("\n\n");
    }
    let count = report.diagnostics().len();
    let plural = if count == 1 { "" } else { "s" };
    text.push_str(&format!("{count} mistake{plural} in {}\n", report.source().name()));
    text
}

fn one(renderer: &Renderer, source: &Source, diagnostic: &Diagnostic) -> String {
    let lines = lines(source.text(), &diagnostic.location.span);
    let text = source.text().get(lines.clone()).unwrap_or_default();
    let (first, _) = source.position(lines.start);
    let inside = |offset: usize| offset.saturating_sub(lines.start).min(text.len());
    let span = inside(diagnostic.location.span.start)..inside(diagnostic.location.span.end);
    let snippet = Snippet::source(text)
        .path(source.name())
        .line_start(first)
        .annotation(AnnotationKind::Primary.span(on_characters(text, span)));
    let pointer = match diagnostic.location.pointer.as_str() {
        "" => "(document)",
        pointer => pointer,
    };
    let group = Level::ERROR
        .primary_title(diagnostic.message.as_str())
        .element(snippet)
        .element(Level::NOTE.with_name("at").message(pointer))
        .element(Level::HELP.message(diagnostic.help.as_str()));
    renderer.render(&[group]).to_string()
}

/// The whole lines that a span touches, without the last line break.
fn lines(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = floor(text, span.start);
    let end = floor(text, span.end.max(start).min(text.len()));
    let first = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline.saturating_add(1));
    // A span that ends after a line break does not touch the next line.
    let last = text.get(first..end).map_or(end, |touched| first.saturating_add(touched.trim_end_matches('\n').len()));
    let rest = text.get(last..).unwrap_or_default();
    first..last.saturating_add(rest.find('\n').unwrap_or(rest.len()))
}

fn on_characters(text: &str, span: Range<usize>) -> Range<usize> {
    floor(text, span.start)..floor(text, span.end).max(floor(text, span.start))
}

/// The nearest start of a character at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|candidate| text.is_char_boundary(*candidate)).unwrap_or_default()
}
