//! Changes, and what they mean.

/// What a change breaks, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing: existing clients and code keep working.
    Compatible,
    /// Code: existing clients keep working, but calling code has to change for the new crate.
    Rust,
    /// The wire: existing clients fail, or their calls mean something else.
    Wire,
}

impl Class {
    /// The name in the JSON: `compatible`, `rust` or `wire`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compatible => "compatible",
            Self::Rust => "rust",
            Self::Wire => "wire",
        }
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Compatible => "compatible",
            Self::Rust => "breaking in Rust",
            Self::Wire => "breaking on the wire",
        })
    }
}

/// The part of the API that a change is about, by its names on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// What holds for the API as a whole.
    Api,
    /// A shared type.
    Type(String),
    /// An entry of `errors`.
    Error(String),
    /// A service as a whole.
    Service(String),
    /// A method: service and name.
    Method(String, String),
    /// An event: service and name.
    Event(String, String),
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The part of the API.
    pub place: Place,
    /// Where in that part: members from the root, such as `params.options.size`; empty for the part itself.
    pub path: String,
    /// What it means.
    pub class: Class,
    /// What is different, as the end of a sentence that begins with the place.
    pub what: String,
    /// Why it has that class, as a sentence.
    pub why: String,
    /// Methods and events that use a shared type or an error, as `Service.method`.
    pub used_by: Vec<String>,
}

/// The changes from one definition to another.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) list: Vec<Change>,
}

impl Changes {
    /// The changes: of the API, its types and its errors, then service by service.
    pub fn list(&self) -> &[Change] {
        &self.list
    }

    /// The worst class; none when nothing changed.
    pub fn worst(&self) -> Option<Class> {
        self.list.iter().map(|change| change.class).max()
    }

    /// What should be said of the comparison as a whole: that something breaks, although both definitions name the same
    /// revision.
    pub fn warning(&self) -> Option<String> {
        let breaks = self.worst().is_some_and(|class| class > Class::Compatible);
        let revision = self.from.as_ref().filter(|from| breaks && self.to.as_ref() == Some(*from))?;
        Some(format!("the definition breaks under the same revision `{revision}`; give it another `revision`"))
    }

    /// How many changes have a class.
    pub fn count(&self, class: Class) -> usize {
        self.list.iter().filter(|change| change.class == class).count()
    }
}
