//! Two definitions of one API, and what their difference means for those who use it.
//!
//! The question is always the same: clients that are in use were made from the old definition, and the API is what the
//! new one says. What such a client sends must be understood, and what it reads must be what it can read. What breaks
//! there breaks on the wire. What only keeps calling code from compiling against the new crate breaks in Rust.

mod blobs;
mod changes;
mod comparison;
mod errors;
mod fields;
mod methods;
mod reach;
mod renames;
mod render;
mod types;
mod unions;

use crate::ir::Api;
use crate::ir::types::{Owner, TypeDef, TypeId};
pub use changes::{Change, Changes, Class, Place};
use comparison::Comparison;
use renames::{Profile, match_up};

/// Compares two definitions.
pub fn diff(old: &Api, new: &Api) -> Changes {
    let mut comparison = Comparison::new(old, new);
    comparison.api();
    comparison.shared_types();
    comparison.errors();
    comparison.services();
    Changes { from: old.revision.clone(), to: new.revision.clone(), list: comparison.changes }
}

impl Comparison<'_> {
    fn api(&mut self) {
        let (old, new) = (self.old, self.new);
        let address = "Existing clients call the old address.";
        if old.http != new.http {
            self.note("endpoints.http", Class::Wire, "is a different address", address);
        }
        match (&old.websocket, &new.websocket) {
            (None, Some(_)) => {
                let why = "Existing clients do not use it.";
                self.note("endpoints.websocket", Class::Compatible, "is new", why);
            }
            (old, new) if old != new => {
                self.note("endpoints.websocket", Class::Wire, "is a different address", address);
            }
            _ => {}
        }
        if old.environment != new.environment {
            let why = "Clients read their settings from other environment variables.";
            self.note("environment", Class::Rust, "is a different prefix", why);
        }
        if (&old.title, &old.description) != (&new.title, &new.description) {
            self.note("", Class::Compatible, "has a new description", "Only documentation changes.");
        }
    }

    fn shared_types(&mut self) {
        let (old_api, new_api) = (self.old, self.new);
        let (old_types, new_types): (Vec<_>, Vec<_>) = (shared(old_api).collect(), shared(new_api).collect());
        let matched = match_up(
            (old_api, &old_types),
            (new_api, &new_types),
            |(_, definition)| &definition.name,
            |api, (_, definition)| Profile::of_type(api, definition),
        );
        let renamed = matched.old.iter().filter_map(|((id, old), new)| {
            let (new_id, new) = new.as_ref()?;
            (old.name != new.name).then_some((*id, *new_id))
        });
        self.renamed = renamed.collect();
        for ((id, old), new) in matched.old {
            let (id, old) = (*id, *old);
            let Some((new_id, new)) = new.copied() else {
                self.turn_to(Place::Type(old.name.clone()), self.users.of_type(id));
                let why = "Code uses the type. What changes on the wire is reported where it was used.";
                self.note("", Class::Rust, "is removed", why);
                continue;
            };
            let (direction, used_by) = self.users.of_both(id, &self.new_users, new_id);
            self.turn_to(Place::Type(old.name.clone()), used_by);
            self.begun.insert((id, new_id));
            let first = self.changes.len();
            if old.name != new.name {
                let what = format!("is renamed to `{}`", new.name);
                self.note("", Class::Rust, what, "Code uses the type by its old name.");
            } else {
                self.rust_name(old, new, "");
            }
            self.definition(old, new, direction, "");
            // Where it travelled, there is something else now, which is reported there.
            if !direction.sent && !direction.received {
                for change in self.changes.iter_mut().skip(first).filter(|change| change.class == Class::Wire) {
                    change.class = Class::Rust;
                    change.why =
                        "No existing client sends or reads it where it is used now, but code uses it.".to_owned();
                }
            }
        }
        for (id, new) in matched.added {
            self.turn_to(Place::Type(new.name.clone()), self.new_users.of_type(*id));
            self.note("", Class::Compatible, "is new", "Nothing depends on it yet.");
        }
    }
}

/// The entries of `$defs` that make a type.
fn shared(api: &Api) -> impl Iterator<Item = (TypeId, &TypeDef)> {
    let types = api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
    types.filter(|(id, definition)| definition.owner == Owner::Shared(*id))
}
