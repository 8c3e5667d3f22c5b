//! A comparison in progress: both definitions, the place it has reached, and the changes found so far.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::{Change, Class, Place};
use super::reach::Users;
use crate::ir::Api;
use crate::ir::types::{Deprecated, Type, TypeDef, TypeId, TypeKind};

/// Which ways values of a type travel, seen from a client in use.
#[derive(Clone, Copy, Default)]
pub(super) struct Direction {
    pub(super) sent: bool,
    pub(super) received: bool,
}

impl Direction {
    pub(super) const SENT: Self = Self { sent: true, received: false };
    pub(super) const RECEIVED: Self = Self { sent: false, received: true };
}

pub(super) struct Comparison<'a> {
    pub(super) old: &'a Api,
    pub(super) new: &'a Api,
    pub(super) changes: Vec<Change>,
    place: Place,
    used_by: Vec<String>,
    /// Pairs of types whose comparison has begun at this place, so that recursion ends.
    pub(super) begun: BTreeSet<(TypeId, TypeId)>,
    /// Users of the old types and errors, and of the new ones.
    pub(super) users: Users,
    pub(super) new_users: Users,
    /// Shared types that have another name in the new definition.
    pub(super) renamed: BTreeMap<TypeId, TypeId>,
    /// Whether the place has a new name, from which those of its types follow.
    pub(super) is_renamed: bool,
}

/// Documentation, on which no program depends.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Remarks<'a> {
    pub(super) description: Option<&'a str>,
    pub(super) since: Option<&'a str>,
    pub(super) deprecated: Option<&'a Deprecated>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(old: &'a Api, new: &'a Api) -> Self {
        Self {
            old,
            new,
            changes: Vec::new(),
            place: Place::Api,
            used_by: Vec::new(),
            begun: BTreeSet::new(),
            users: Users::of(old),
            new_users: Users::of(new),
            renamed: BTreeMap::new(),
            is_renamed: false,
        }
    }

    /// Moves on to another part of the API.
    pub(super) fn turn_to(&mut self, place: Place, used_by: Vec<String>) {
        self.place = place;
        self.used_by = used_by;
        self.begun.clear();
        self.is_renamed = false;
    }

    pub(super) fn note(&mut self, path: &str, class: Class, what: impl Into<String>, why: &str) {
        self.changes.push(Change {
            place: self.place.clone(),
            path: path.to_owned(),
            class,
            what: what.into(),
            why: why.to_owned(),
            used_by: self.used_by.clone(),
        });
    }

    pub(super) fn remarks(&mut self, path: &str, old: Remarks<'_>, new: Remarks<'_>) {
        if old.description != new.description {
            self.note(path, Class::Compatible, "has a new description", "Only documentation changes.");
        }
        match (old.deprecated, new.deprecated) {
            (None, Some(mark)) => {
                let what = format!("is deprecated since `{}`: use {}", mark.since, mark.instead);
                self.note(path, Class::Compatible, what, "It still works; Rust warns where it is used.");
            }
            (Some(_), None) => {
                self.note(path, Class::Compatible, "is no longer deprecated", "The compiler no longer warns.");
            }
            (old, new) if old != new => {
                self.note(path, Class::Compatible, "has a new deprecation note", "Only documentation changes.");
            }
            _ => {}
        }
        if old.since != new.since {
            self.note(path, Class::Compatible, "has a different `since`", "Only documentation changes.");
        }
    }
}

/// What a field, an element or an alternative is, in words.
pub(super) fn describe(api: &Api, ty: &Type) -> String {
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
pub(super) fn join(path: &str, member: &str) -> String {
    if path.is_empty() { member.to_owned() } else { format!("{path}.{member}") }
}
