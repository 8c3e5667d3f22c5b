//! Objects: their fields and constants.

use super::changes::Class;
use super::comparison::{Comparison, Direction, Remarks, join};
use super::renames::{Profile, match_up};
use crate::ir::blobs::Blob;
use crate::ir::types::{Absent, Field, Object, Type};
use crate::naming;

impl Comparison<'_> {
    pub(super) fn object(&mut self, old: &Object, new: &Object, direction: Direction, path: &str) {
        let (old_fields, new_fields) = ((self.old, old.fields.as_slice()), (self.new, new.fields.as_slice()));
        let matched = match_up(old_fields, new_fields, |field| &field.wire, Profile::of_field);
        for (before, after) in matched.old {
            let path = join(path, &before.wire);
            let Some(after) = after else {
                self.removed(before, direction, &path);
                continue;
            };
            if before.wire == after.wire {
                self.field_name(before, after, &path);
            } else {
                self.renamed_field(before, after, direction, &path);
            }
            self.field(before, after, direction, &path);
        }
        for after in matched.added {
            self.added(after, direction, &join(path, &after.wire));
        }
        match (&old.reason, &new.reason) {
            (old, new) if old == new => {}
            (Some(_), None) => {
                let what = "names no `reason` any more";
                self.note(path, Class::Rust, what, "Its type is no longer an error.");
            }
            _ => self.note(path, Class::Compatible, "has another `reason`", "Its text as an error changes."),
        }
        self.order(old, new, direction, path);
    }

    fn renamed_field(&mut self, old: &Field, new: &Field, direction: Direction, path: &str) {
        let what = format!("is renamed to `{}`", new.wire);
        let (class, why) = if is_detached(old) && is_detached(new) {
            (Class::Rust, "Its name is not on the wire, but code uses the field by its old name.")
        } else if direction.sent && !new.aliases.contains(&old.wire) {
            (Class::Wire, "Existing clients send the old name, which is ignored.")
        } else if direction.received && old.required && !old.aliases.contains(&new.wire) {
            (Class::Wire, "Existing clients cannot read responses without the old name.")
        } else {
            (Class::Rust, "Code uses the field by its old name.")
        };
        self.note(path, class, what, why);
    }

    fn field_name(&mut self, old: &Field, new: &Field, path: &str) {
        let (before, after) = (naming::field_name(old), naming::field_name(new));
        if before != after {
            let what = format!("is called `{after}` instead of `{before}`");
            self.note(path, Class::Rust, what, "Code uses the field by its old name.");
        }
    }

    fn removed(&mut self, field: &Field, direction: Direction, path: &str) {
        if direction.sent {
            let why = "What existing clients send there is ignored, so their calls mean something else.";
            self.note(path, Class::Wire, "is removed", why);
        } else if field.required && direction.received {
            self.note(path, Class::Wire, "is removed", "Existing clients cannot read responses without it.");
        } else {
            self.note(path, Class::Rust, "is removed", "Existing clients do not need it, but code uses the field.");
        }
    }

    fn added(&mut self, field: &Field, direction: Direction, path: &str) {
        if !field.required {
            let why = "Calls may omit it, and readers ignore unknown properties.";
            self.note(path, Class::Compatible, "is new, and optional", why);
        } else if direction.sent {
            self.note(path, Class::Wire, "is new, and required", "Existing clients do not send it.");
        } else {
            let why = "Readers ignore unknown properties. Only servers have to provide one more value.";
            self.note(path, Class::Compatible, "is new, and always present", why);
        }
    }

    fn field(&mut self, old: &Field, new: &Field, direction: Direction, path: &str) {
        self.presence(old, new, direction, path);
        // Names within such items are not on the wire, wherever they are sent.
        let inside = if has_detached_items(old) && has_detached_items(new) { Direction::default() } else { direction };
        self.ty(&old.ty, &new.ty, inside, path);
        if old.boxed != new.boxed {
            let what = if new.boxed { "is boxed" } else { "is no longer boxed" };
            self.note(path, Class::Rust, what, "The type of the field changes in Rust.");
        }
        self.aliases(&old.aliases, &new.aliases, direction, path);
        if old.accepts_text && !new.accepts_text {
            self.note(path, Class::Rust, "no longer takes text", "Code may give it a string.");
        } else if new.accepts_text && !old.accepts_text {
            self.note(path, Class::Compatible, "takes text as well", "Bytes are taken as before.");
        }
        self.absence(old, new, path);
        self.remarks(path, remarks(old), remarks(new));
        if old.example != new.example {
            self.note(path, Class::Compatible, "has a different example", "Only documentation changes.");
        }
    }

    fn presence(&mut self, old: &Field, new: &Field, direction: Direction, path: &str) {
        if old.required && new.required && old.is_argument() != new.is_argument() {
            let what = if new.is_argument() { "has no default any more" } else { "is empty by default" };
            self.note(path, Class::Rust, what, "In Rust it moves between the arguments and a setter.");
            return;
        }
        match (old.required, new.required) {
            (false, true) if direction.sent => {
                self.note(path, Class::Wire, "is required", "Existing clients may not send it.");
            }
            (false, true) => {
                self.note(path, Class::Rust, "is always present", "Code expects an `Option`.");
            }
            (true, false) if direction.received => {
                self.note(path, Class::Wire, "is optional", "Existing clients cannot read responses without it.");
            }
            (true, false) => {
                let why = "Existing clients always send it. In Rust it moves from the arguments to a setter.";
                self.note(path, Class::Rust, "is optional", why);
            }
            _ => {}
        }
    }

    pub(super) fn aliases(&mut self, old: &[String], new: &[String], direction: Direction, path: &str) {
        for alias in old.iter().filter(|alias| !new.contains(alias)) {
            let what = format!("no longer has the alias `{alias}`");
            if direction.sent {
                self.note(path, Class::Wire, what, "Existing clients may send the alias.");
            } else {
                self.note(path, Class::Compatible, what, "Existing clients read both names.");
            }
        }
        for alias in new.iter().filter(|alias| !old.contains(alias)) {
            let what = format!("has the new alias `{alias}`");
            if direction.received {
                self.note(path, Class::Wire, what, "Responses may use the alias, which existing clients do not read.");
            } else {
                self.note(path, Class::Compatible, what, "The name that existing clients send is still read.");
            }
        }
    }

    /// The default of an optional field.
    fn absence(&mut self, old: &Field, new: &Field, path: &str) {
        match (&old.absent, &new.absent) {
            _ if old.required && new.required => {}
            (None, Some(_)) => {
                let what = "documents its default";
                self.note(path, Class::Compatible, what, "Only documentation changes.");
            }
            (Some(_), None) => {
                let what = "no longer documents its default";
                self.note(path, Class::Compatible, what, "Only documentation changes.");
            }
            (Some(old), Some(new)) if old != new => {
                let what = format!("has the default {} instead of {}", word(new), word(old));
                self.note(path, Class::Wire, what, "Calls that omit it mean something else.");
            }
            _ => {}
        }
    }

    /// Constructors take what is required in the order of the definition.
    fn order(&mut self, old: &Object, new: &Object, direction: Direction, path: &str) {
        let names = |object: &Object, other: &Object| -> Vec<String> {
            let fields = object.fields.iter().filter(|field| field.is_argument());
            let both = fields.filter(|field| other.field(&field.wire).is_some_and(Field::is_argument));
            both.map(|field| field.wire.clone()).collect()
        };
        if direction.sent && names(old, new) != names(new, old) {
            let what = "has its required properties in a different order";
            self.note(path, Class::Rust, what, "Arguments follow the order of the definition.");
        }
    }

    pub(super) fn constant(
        &mut self,
        old: Option<&(String, String)>,
        new: Option<&(String, String)>,
        direction: Direction,
        path: &str,
    ) {
        match (old, new) {
            (None, Some((name, value))) if direction.sent => {
                let what = format!("has the constant `{name}`: `{value}`");
                self.note(path, Class::Wire, what, "Existing clients do not send it.");
            }
            (None, Some((name, value))) => {
                let what = format!("has the constant `{name}`: `{value}`");
                self.note(path, Class::Compatible, what, "Readers ignore unknown properties.");
            }
            (Some((name, _)), None) if direction.received => {
                let what = format!("has no constant `{name}` any more");
                self.note(path, Class::Wire, what, "Existing clients expect it.");
            }
            (Some((name, _)), None) => {
                let what = format!("has no constant `{name}` any more");
                self.note(path, Class::Compatible, what, "What existing clients write there is ignored.");
            }
            (Some(old), Some(new)) if old != new => {
                let what = format!("has the constant `{}`: `{}` instead of `{}`: `{}`", new.0, new.1, old.0, old.1);
                self.note(path, Class::Wire, what, "Existing clients write and expect the old one.");
            }
            _ => {}
        }
    }
}

/// Whether nothing of the field is in the JSON.
fn is_detached(field: &Field) -> bool {
    match &field.blob {
        Some(Blob::Bytes | Blob::Tensor | Blob::Keyed { .. }) => true,
        Some(Blob::Tensors) => matches!(field.ty, Type::List(_)),
        Some(Blob::Entries | Blob::IndexedEntries { .. }) | None => false,
    }
}

/// Whether the members of its items travel without their names.
pub(super) fn has_detached_items(field: &Field) -> bool {
    matches!(&field.blob, Some(Blob::Keyed { .. } | Blob::Entries | Blob::IndexedEntries { .. }))
}

fn remarks(field: &Field) -> Remarks<'_> {
    Remarks {
        description: field.description.as_deref(),
        since: field.since.as_deref(),
        deprecated: field.deprecated.as_ref(),
    }
}

fn word(absent: &Absent) -> String {
    match absent {
        Absent::Literal(value) => format!("`{value}`"),
        Absent::Described(text) => text.clone(),
    }
}
