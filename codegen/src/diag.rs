//! Diagnostics: what is wrong with a definition, where, and how to fix it.

use std::collections::BTreeSet;
use std::fmt::Display;

use strsim::osa_distance;

use crate::source::Location;

/// One mistake in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is.
    pub location: Location,
    /// What is wrong, without a final period.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

impl Diagnostic {
    /// Describes a mistake and how to fix it.
    pub fn new(at: &Location, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { location: at.clone(), message: message.into(), help: help.into() }
    }
}

/// Collects mistakes, so that one run reports all of them.
#[derive(Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    /// Names that others, which do not exist, probably mean.
    meant: BTreeSet<String>,
}

impl Diagnostics {
    /// Records a mistake.
    pub fn error(&mut self, at: &Location, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic::new(at, message, help));
    }

    /// Records a mistake that is already described; the same one is kept once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.list.contains(&diagnostic) {
            self.list.push(diagnostic);
        }
    }

    /// Notes which name was probably meant by one that does not exist: it is not unused.
    pub fn note_meant(&mut self, name: Option<&str>) {
        self.meant.extend(name.map(str::to_owned));
    }

    /// Whether a name that does not exist probably means this one.
    pub fn is_meant(&self, name: &str) -> bool {
        self.meant.contains(name)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All of them, in the order of the text.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by_key(|diagnostic| diagnostic.location.span.start);
        self.list
    }
}

/// Help for a name that does not exist: the closest of those that do, or something else.
pub(crate) fn did_you_mean<'n>(
    name: &str,
    candidates: impl IntoIterator<Item = &'n str>,
    otherwise: impl Into<String>,
) -> String {
    suggest(nearest(name, candidates), otherwise)
}

/// Help with the name that was probably meant, or something else.
pub(crate) fn suggest(name: Option<impl Display>, otherwise: impl Into<String>) -> String {
    match name {
        Some(name) => format!("did you mean `{name}`?"),
        None => otherwise.into(),
    }
}

/// The name that was probably meant, if one is close.
pub(crate) fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = name.chars().count().div_ceil(3).max(1);
    let lower = name.to_lowercase();
    let distances =
        candidates.into_iter().map(|candidate| (osa_distance(&lower, &candidate.to_lowercase()), candidate));
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
