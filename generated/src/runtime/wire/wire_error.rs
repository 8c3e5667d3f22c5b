//! Errors of writing and reading values, with their paths.

use std::fmt;
use std::fmt::Write as _;

use crate::runtime::error::Failure;

/// The path of the value that is being written or read.
#[derive(Debug, Default)]
pub(super) struct Path(Vec<Segment>);

#[derive(Clone, Copy, Debug)]
pub(super) enum Segment {
    Field(&'static str),
    Index(usize),
}

impl Path {
    pub(super) fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// The path with more segments as text.
    pub(super) fn text(&self, more: &[Segment]) -> String {
        let mut text = String::new();
        for segment in self.0.iter().chain(more) {
            // Writing to a string cannot fail.
            let _ = match segment {
                Segment::Field(name) if text.is_empty() => write!(text, "{name}"),
                Segment::Field(name) => write!(text, ".{name}"),
                Segment::Index(index) => write!(text, "[{index}]"),
            };
        }
        text
    }
}

pub(crate) fn join_paths(parent: &str, child: &str) -> String {
    match (parent, child) {
        (parent, "") => parent.to_owned(),
        ("", child) => child.to_owned(),
        (parent, child) if child.starts_with('[') => format!("{parent}{child}"),
        (parent, child) => format!("{parent}.{child}"),
    }
}

/// A value cannot be written to the wire or read from it.
#[derive(Debug)]
pub struct WireError(Box<Content>);

#[derive(Debug)]
struct Content {
    path: String,
    message: String,
}

impl WireError {
    pub(super) fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self(Box::new(Content { path: path.into(), message: message.into() }))
    }

    /// The path of the value, such as `params[2].data`; empty for the root.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// Why it cannot be written or read.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The failure of writing.
    pub(super) fn invalid(self) -> Failure {
        Failure::invalid(self.0.path, self.0.message)
    }

    /// The failure of reading, with a prefix of the path.
    pub(super) fn malformed(self, prefix: &str, text: &str) -> Failure {
        Failure::decode(join_paths(prefix, &self.0.path), self.0.message, text)
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Content { path, message } = &*self.0;
        if path.is_empty() { f.write_str(message) } else { write!(f, "`{path}`: {message}") }
    }
}

impl std::error::Error for WireError {}
