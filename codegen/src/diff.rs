//! Two definitions of one API, and what their difference means for those who use it.
//!
//! The question is always the same: clients that are in use were made from the old definition, and the API is what the
//! new one says. What such a client sends must be understood, and what it reads must be what it can read. What breaks
//! there breaks on the wire. What only keeps calling code from compiling against the new crate breaks in Rust.

mod errors;
mod fields;
mod methods;
mod reach;
mod render;
mod types;
mod unions;

use std::collections::BTreeSet;

use crate::ir::{Api, Deprecated, Owner, Type, TypeDef, TypeId, TypeKind};

/// What a change means for those who use the API, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Clients in use and code that calls go on as they are.
    Compatible,
    /// Clients in use go on; code that calls has to be changed when it moves to the new crate.
    Rust,
    /// Clients in use fail, or mean something else than they did.
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
    /// Methods and events that have to do with a shared type or an error, as `Service.method`.
    pub used_by: Vec<String>,
}

/// The changes from one definition to another.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    from: Option<String>,
    to: Option<String>,
    list: Vec<Change>,
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

    /// How many changes have a class.
    pub fn count(&self, class: Class) -> usize {
        self.list.iter().filter(|change| change.class == class).count()
    }
}

/// Compares two definitions.
pub fn diff(old: &Api, new: &Api) -> Changes {
    let mut comparison = Comparison {
        old,
        new,
        changes: Vec::new(),
        place: Place::Api,
        used_by: Vec::new(),
        begun: BTreeSet::new(),
        users: reach::Users::of(old),
    };
    comparison.api();
    comparison.shared_types();
    comparison.errors();
    comparison.services();
    Changes { from: old.revision.clone(), to: new.revision.clone(), list: comparison.changes }
}

/// Which ways values of a type travel, seen from a client in use.
#[derive(Clone, Copy)]
struct Direction {
    sent: bool,
    received: bool,
}

impl Direction {
    const SENT: Self = Self { sent: true, received: false };
    const RECEIVED: Self = Self { sent: false, received: true };
}

struct Comparison<'a> {
    old: &'a Api,
    new: &'a Api,
    changes: Vec<Change>,
    place: Place,
    used_by: Vec<String>,
    /// Pairs of types whose comparison has begun at this place, so that recursion ends.
    begun: BTreeSet<(TypeId, TypeId)>,
    users: reach::Users,
}

/// What is written about a thing, and what no program depends on.
#[derive(Clone, Copy, PartialEq)]
struct Remarks<'a> {
    description: Option<&'a str>,
    since: Option<&'a str>,
    deprecated: Option<&'a Deprecated>,
}

impl Comparison<'_> {
    /// Turns to another part of the API.
    fn turn_to(&mut self, place: Place, used_by: Vec<String>) {
        self.place = place;
        self.used_by = used_by;
        self.begun.clear();
    }

    fn note(&mut self, path: &str, class: Class, what: impl Into<String>, why: &str) {
        self.changes.push(Change {
            place: self.place.clone(),
            path: path.to_owned(),
            class,
            what: what.into(),
            why: why.to_owned(),
            used_by: self.used_by.clone(),
        });
    }

    fn remarks(&mut self, path: &str, old: Remarks<'_>, new: Remarks<'_>) {
        if old.description != new.description {
            self.note(path, Class::Compatible, "is described in other words", "Only documentation changes.");
        }
        match (old.deprecated, new.deprecated) {
            (None, Some(mark)) => {
                let what = format!("is deprecated since `{}`: use {}", mark.since, mark.instead);
                self.note(path, Class::Compatible, what, "It still works; Rust warns where it is used.");
            }
            (Some(_), None) => {
                self.note(path, Class::Compatible, "is no longer deprecated", "A warning goes.");
            }
            (old, new) if old != new => {
                self.note(path, Class::Compatible, "is deprecated in other words", "Only documentation changes.");
            }
            _ => {}
        }
        if old.since != new.since {
            self.note(path, Class::Compatible, "has another `since` mark", "Only documentation changes.");
        }
    }

    fn api(&mut self) {
        let (old, new) = (self.old, self.new);
        let address = "Clients in use call the old address.";
        if old.http != new.http {
            self.note("endpoints.http", Class::Wire, "is another address", address);
        }
        match (&old.websocket, &new.websocket) {
            (None, Some(_)) => {
                let why = "Clients in use have no use for it.";
                self.note("endpoints.websocket", Class::Compatible, "is new", why);
            }
            (old, new) if old != new => {
                self.note("endpoints.websocket", Class::Wire, "is another address", address);
            }
            _ => {}
        }
        if (&old.title, &old.description) != (&new.title, &new.description) {
            self.note("", Class::Compatible, "is described in other words", "Only documentation changes.");
        }
    }

    fn shared_types(&mut self) {
        let (old_api, new_api) = (self.old, self.new);
        for (id, old) in shared(old_api) {
            let used_by = self.users.of_type(id);
            self.turn_to(Place::Type(old.name.clone()), used_by);
            match shared(new_api).find(|(_, new)| new.name == old.name) {
                Some((new_id, new)) => {
                    self.begun.insert((id, new_id));
                    let direction = Direction { sent: old.sent, received: old.received };
                    self.rust_name(old, new, "");
                    self.definition(old, new, direction, "");
                }
                None => self.note(
                    "",
                    Class::Rust,
                    "is gone",
                    "Code names the type. What it means on the wire is said where it was used.",
                ),
            }
        }
        let users = reach::Users::of(new_api);
        for (id, new) in shared(new_api) {
            if !shared(old_api).any(|(_, old)| old.name == new.name) {
                self.turn_to(Place::Type(new.name.clone()), users.of_type(id));
                self.note("", Class::Compatible, "is new", "Nothing depends on it yet.");
            }
        }
    }
}

/// The entries of `$defs` that make a type.
fn shared(api: &Api) -> impl Iterator<Item = (TypeId, &TypeDef)> {
    let types = api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
    types.filter(|(id, definition)| definition.owner == Owner::Shared(*id))
}

/// What a field, an element or an alternative is, in words.
fn describe(api: &Api, ty: &Type) -> String {
    let name = match ty {
        Type::String => "a string",
        Type::Boolean => "a boolean",
        Type::Int32 => "an int32",
        Type::Int64 => "an int64",
        Type::Uint32 => "a uint32",
        Type::Uint64 => "a uint64",
        Type::Float => "a float",
        Type::Double => "a double",
        Type::Binary => "bytes",
        Type::Base64 => "base64 bytes",
        Type::Tensor => "a tensor",
        Type::List(items) => return format!("a list whose elements are {}", describe(api, items)),
        Type::Named(id) => return api.get(*id).map_or_else(String::new, kind_and_name),
    };
    name.to_owned()
}

fn kind_and_name(definition: &TypeDef) -> String {
    let kind = match definition.kind {
        TypeKind::Object(_) => "object",
        TypeKind::Enum(_) => "enum",
        TypeKind::Union(_) => "union",
    };
    format!("the {kind} `{}`", definition.name)
}

/// The path of a member.
fn join(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}
