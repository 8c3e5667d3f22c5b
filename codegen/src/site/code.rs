//! Code in colour. It is coloured here rather than in the browser, so that pages are complete without scripts.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::rc::Rc;

use maud::{Escaper, Markup, PreEscaped, Render};
use synoptic::{Highlighter, TokOpt, from_extension};

/// Columns that fit beside an example; longer lines may wrap.
const COLUMNS: usize = 44;

/// A language that is coloured, by the extension of its files.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Language {
    Rust,
    TypeScript,
    Python,
    Json,
}

impl Language {
    fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::TypeScript => "ts",
            Self::Python => "py",
            Self::Json => "json",
        }
    }
}

/// Addresses of the types that code mentions, by name.
pub(super) type Links = BTreeMap<String, String>;

/// Pieces of a line, each with its class.
type Line = Vec<(&'static str, String)>;

type Lines = Rc<Vec<Line>>;

/// Colours code, the same code only once.
#[derive(Default)]
pub(super) struct Painter {
    highlighters: RefCell<HashMap<Language, Option<Highlighter>>>,
    painted: RefCell<HashMap<(Language, String), Lines>>,
}

impl Painter {
    /// A block of code.
    pub(super) fn block(&self, language: Language, text: &str, links: &Links) -> Markup {
        self.render(language, text, links, false)
    }

    /// A declaration, whose fields can be linked to.
    pub(super) fn declaration(&self, language: Language, text: &str, links: &Links) -> Markup {
        self.render(language, text, links, true)
    }

    fn render(&self, language: Language, text: &str, links: &Links, fields: bool) -> Markup {
        let text = text.trim_end();
        let lines = self.lines(language, text);
        let mut html = String::new();
        for (index, (line, source)) in lines.iter().zip(text.lines()).enumerate() {
            if index > 0 {
                html.push('\n');
            }
            let field = if fields { field(source) } else { None };
            let wraps = source.chars().count() > COLUMNS;
            if wraps {
                let indent = source.chars().take_while(|c| *c == ' ').count();
                let _ = write!(html, "<span class=wrap style=--indent:{}ch>", indent.saturating_add(4));
            }
            write_line(&mut html, line, field, links, wraps);
            if wraps {
                html.push_str("</span>");
            }
        }
        PreEscaped(format!("<pre><code>{html}</code></pre>\n"))
    }

    fn lines(&self, language: Language, text: &str) -> Lines {
        let key = (language, text.to_owned());
        if let Some(lines) = self.painted.borrow().get(&key) {
            return Rc::clone(lines);
        }
        let source: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut highlighters = self.highlighters.borrow_mut();
        let make = || from_extension(language.extension(), 4);
        let highlighter = highlighters.entry(language).or_insert_with(make);
        let lines = match highlighter {
            Some(highlighter) => {
                highlighter.run(&source);
                let tokens = |(y, line): (usize, &String)| {
                    let pieces = highlighter.line(y, line).into_iter().map(|token| match token {
                        TokOpt::Some(text, kind) => (class(&kind), text),
                        TokOpt::None(text) => ("", text),
                    });
                    pieces.collect()
                };
                source.iter().enumerate().map(tokens).collect()
            }
            None => source.into_iter().map(|line| vec![("", line)]).collect(),
        };
        let lines = Rc::new(lines);
        self.painted.borrow_mut().insert(key, Rc::clone(&lines));
        lines
    }
}

/// Text that is not coloured, such as a request's first lines.
pub(super) fn plain(text: &str) -> Markup {
    PreEscaped(format!("<pre><code>{}</code></pre>\n", text.trim_end().render().into_string()))
}

/// The class of a kind of token; none for what has the colour of text.
fn class(kind: &str) -> &'static str {
    match kind {
        "comment" => "c",
        "string" | "character" => "s",
        "digit" => "n",
        "keyword" | "boolean" => "k",
        "function" | "macro" => "f",
        "struct" | "type" => "t",
        _ => "",
    }
}

/// Where a line declares a field: its first column, the quote included, and its key.
fn field(line: &str) -> Option<(usize, String)> {
    let start = line.trim_start();
    let start = start.strip_prefix("pub ").unwrap_or(start);
    let name = start.trim_start_matches('"');
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, rest) = name.split_at(end);
    let rest = rest.trim_start_matches(['"', '?']);
    let column = line.chars().count().saturating_sub(start.chars().count());
    (!name.is_empty() && rest.starts_with(": ")).then(|| (column, key(name)))
}

/// A name as all languages spell it: letters and digits alone.
pub(super) fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Writes a line. One that wraps may do so after each mark, rather than only at spaces.
fn write_line(html: &mut String, line: &Line, field: Option<(usize, String)>, links: &Links, wraps: bool) {
    let mut column: usize = 0;
    for (class, text) in line {
        // Comments and strings stay whole; in other code, words may be links.
        let is_whole = matches!(*class, "c" | "s");
        let pieces: Vec<&str> = if is_whole { vec![text.as_str()] } else { words(text).collect() };
        for piece in pieces {
            let key = field.as_ref().filter(|(start, _)| *start == column).map(|(_, key)| key);
            write_piece(html, piece, class, key, links);
            if wraps && !is_whole && piece.ends_with(['(', ',', ':', '.']) {
                html.push_str("<wbr>");
            }
            column = column.saturating_add(piece.chars().count());
        }
    }
}

fn write_piece(html: &mut String, piece: &str, class: &str, field: Option<&String>, links: &Links) {
    let link = links.get(piece).filter(|_| !matches!(class, "c" | "s"));
    let (open, close) = match (field, link) {
        (Some(key), _) => (format!("<span class=field data-field=\"{key}\">"), "</span>"),
        (None, Some(path)) => (format!("<a href=\"{path}\">"), "</a>"),
        (None, None) if class.is_empty() => (String::new(), ""),
        (None, None) => (format!("<span class={class}>"), "</span>"),
    };
    html.push_str(&open);
    let _ = Escaper::new(html).write_str(piece);
    html.push_str(close);
}

/// Words, and what is between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = rest.find(|c| is_word(c) != is_word(first)).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}
