//! Types: what they are called, what kind they are, and the values of enums.

use super::changes::Class;
use super::comparison::{Comparison, Direction, Remarks, describe};
use super::renames::{Profile, match_up};
use crate::ir::types::{Owner, StringEnum, Type, TypeDef, TypeId, TypeKind};
use crate::naming;

impl Comparison<'_> {
    pub(super) fn ty(&mut self, old: &Type, new: &Type, direction: Direction, path: &str) {
        match (old, new) {
            (Type::List(old), Type::List(new)) => self.ty(old, new, direction, &format!("{path}[]")),
            (Type::Named(old), Type::Named(new)) => self.named(*old, *new, direction, path),
            (old, new) if old == new => {}
            (old, new) => self.replaced(old, new, direction, path),
        }
    }

    fn named(&mut self, old_id: TypeId, new_id: TypeId, direction: Direction, path: &str) {
        let (old_api, new_api) = (self.old, self.new);
        let (Some(old), Some(new)) = (old_api.get(old_id), new_api.get(new_id)) else { return };
        let is_shared = |definition: &TypeDef| matches!(definition.owner, Owner::Shared(_));
        // A shared type is compared once, at its own entry.
        let is_renamed = self.renamed.get(&old_id) == Some(&new_id);
        if is_shared(old) && is_shared(new) && (old.name == new.name || is_renamed) {
            return;
        }
        if !self.begun.insert((old_id, new_id)) {
            return;
        }
        if std::mem::discriminant(&old.kind) != std::mem::discriminant(&new.kind) {
            return self.replaced(&Type::Named(old_id), &Type::Named(new_id), direction, path);
        }
        if is_shared(old) != is_shared(new) && naming::type_name(old_api, old) == naming::type_name(new_api, new) {
            self.note(path, Class::Rust, format!("has its type `{}` in another module", new.name), "Code imports it.");
        }
        self.rust_name(old, new, path);
        self.definition(old, new, direction, path);
    }

    pub(super) fn rust_name(&mut self, old: &TypeDef, new: &TypeDef, path: &str) {
        let (before, after) = (naming::type_name(self.old, old), naming::type_name(self.new, new));
        if before != after && !self.is_renamed {
            self.note(
                path,
                Class::Rust,
                format!("has the type `{after}` instead of `{before}`"),
                "Code uses the type by its old name.",
            );
        }
    }

    pub(super) fn definition(&mut self, old: &TypeDef, new: &TypeDef, direction: Direction, path: &str) {
        // A property's own words are compared with the property.
        if matches!(old.owner, Owner::Shared(_)) && path.is_empty() {
            self.remarks(path, remarks(old), remarks(new));
        }
        match (&old.kind, &new.kind) {
            (TypeKind::Object(before), TypeKind::Object(after)) => {
                if old.standalone {
                    self.constant(before.constant.as_ref(), after.constant.as_ref(), direction, path);
                }
                self.object(before, after, direction, path);
            }
            (TypeKind::Enum(before), TypeKind::Enum(after)) => self.values(before, after, direction, path),
            (TypeKind::Union(before), TypeKind::Union(after)) => self.union(before, after, direction, path),
            _ => {
                let what = "is a different kind of type";
                self.note(path, Class::Wire, what, "Its values have a different form.");
            }
        }
    }

    fn values(&mut self, old: &StringEnum, new: &StringEnum, direction: Direction, path: &str) {
        let values = match_up(
            (self.old, &old.values),
            (self.new, &new.values),
            |value| &value.wire,
            |_, value| Profile::of_value(value),
        );
        for (before, after) in values.old {
            let Some(after) = after else {
                let what = format!("has no value `{}` any more", before.wire);
                if direction.sent {
                    self.note(path, Class::Wire, what, "Existing clients may send it.");
                } else {
                    self.note(path, Class::Rust, what, "Its variant is removed from the enum.");
                }
                continue;
            };
            if after.wire != before.wire {
                let what = format!("has the value `{}` instead of `{}`", after.wire, before.wire);
                if direction.sent {
                    self.note(path, Class::Wire, what, "Existing clients may send the old one.");
                } else {
                    self.note(path, Class::Rust, what, "Its variant has another name.");
                }
                continue;
            }
            let name = naming::variant(&after.wire, after.identifier.as_deref());
            if name != naming::variant(&before.wire, before.identifier.as_deref()) {
                let what = format!("has the variant `{name}` for `{}`", after.wire);
                self.note(path, Class::Rust, what, "Code uses the variant by its old name.");
            }
            if (&before.description, &before.since) != (&after.description, &after.since) {
                let what = format!("has `{}` described in other words", after.wire);
                self.note(path, Class::Compatible, what, "Only documentation changes.");
            }
        }
        for after in values.added {
            let what = format!("has the new value `{}`", after.wire);
            let why = if direction.received {
                "The enum is open: readers keep unknown values."
            } else {
                "Existing clients do not send it."
            };
            self.note(path, Class::Compatible, what, why);
        }
    }

    /// A type in the place of another that is not the same kind.
    fn replaced(&mut self, old: &Type, new: &Type, direction: Direction, path: &str) {
        let what = format!("is {} instead of {}", describe(self.new, new), describe(self.old, old));
        let understood = !direction.sent || self.takes(new, old, false);
        let readable = !direction.received || self.takes(old, new, true);
        let (class, why) = match (understood, readable) {
            (false, _) => (Class::Wire, "Existing clients send values that are not of the new type."),
            (_, false) => (Class::Wire, "Existing clients cannot read values of the new type."),
            (true, true) => (Class::Rust, "The values fit on the wire, but code has values of the old type."),
        };
        self.note(path, class, what, why);
    }

    /// Whether every value of `given` is one of `wanted`; a tolerant reader keeps unknown strings of an enum.
    fn takes(&self, wanted: &Type, given: &Type, tolerant: bool) -> bool {
        use Type::{Double, Float, Int32, Int64, List, String, Tensor, Uint32, Uint64};
        // Whichever side is old: an id means something in its own definition only.
        let (wanted_api, given_api) = if tolerant { (self.old, self.new) } else { (self.new, self.old) };
        let is_enum = |api: &crate::ir::Api, ty: &Type| match ty {
            Type::Named(id) => matches!(api.get(*id).map(|named| &named.kind), Some(TypeKind::Enum(_))),
            _ => false,
        };
        match (wanted, given) {
            (String, given) if is_enum(given_api, given) => true,
            (wanted, String) if is_enum(wanted_api, wanted) => tolerant,
            (Int64, Int32 | Uint32) | (Uint64, Uint32) | (Double, Int32 | Uint32 | Float) => true,
            // The blob is the same: tensors back to back, of which there is one.
            (List(items), Tensor) => **items == Tensor,
            _ => false,
        }
    }
}

fn remarks(definition: &TypeDef) -> Remarks<'_> {
    let TypeDef { description, since, deprecated, .. } = definition;
    Remarks { description: description.as_deref(), since: since.as_deref(), deprecated: deprecated.as_ref() }
}
