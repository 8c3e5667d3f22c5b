//! Diagnostics: what is wrong with a definition, where, and how to fix it.

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
    match nearest(name, candidates) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.into(),
    }
}

/// The name that was probably meant, if one is close.
pub(crate) fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = name.chars().count().div_ceil(3).max(1);
    let distances = candidates.into_iter().map(|candidate| (distance(name, candidate), candidate));
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edits that turn one name into the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut previous = index.saturating_add(1);
        let mut diagonal = index;
        let mut next = vec![previous];
        for (above, b) in row.iter().skip(1).zip(right.chars()) {
            let replace = diagonal.saturating_add(usize::from(!a.eq_ignore_ascii_case(&b)));
            previous = replace.min(above.saturating_add(1)).min(previous.saturating_add(1));
            diagonal = *above;
            next.push(previous);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
