//! Two definitions of one API, and what their difference means for those who use it.
//!
//! The question is always the same: clients that are in use were made from the old definition, and the API is what the
//! new one says. What such a client sends must be understood, and what it reads must be what it can read. What breaks
//! there breaks on the wire. What only keeps calling code from compiling against the new crate breaks in Rust.

mod changes;
mod comparison;
mod errors;
mod fields;
mod methods;
mod reach;
mod render;
mod types;
mod unions;

use crate::ir::Api;
use crate::ir::types::{Owner, TypeDef, TypeId};
pub use changes::{Change, Changes, Class, Place};
use comparison::{Comparison, Direction};
use reach::Users;

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
                    "is removed",
                    "Code uses the type. What changes on the wire is reported where it was used.",
                ),
            }
        }
        let users = Users::of(new_api);
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
