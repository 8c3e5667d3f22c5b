//! Where in a request or a response something stands, such as `params[2].data`.

use std::fmt::Write as _;

/// The way from the root to the value that is being written or read.
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

    /// The path as text, with some more segments.
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

/// Two paths as one.
pub(super) fn join(parent: &str, child: &str) -> String {
    match (parent, child) {
        (parent, "") => parent.to_owned(),
        ("", child) => child.to_owned(),
        (parent, child) if child.starts_with('[') => format!("{parent}{child}"),
        (parent, child) => format!("{parent}.{child}"),
    }
}
