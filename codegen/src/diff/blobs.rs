//! Blobs: whether the same bytes travel at the same places, however the definition spells it.

use super::comparison::{Comparison, Direction, join};
use super::renames::{Profile, match_up};
use crate::ir::blobs::{BlobKind, BlobRule};
use crate::ir::types::{Type, UnionStyle};

impl Comparison<'_> {
    pub(super) fn same_blobs(
        &self,
        (old, old_rules): (&Type, &[BlobRule]),
        (new, new_rules): (&Type, &[BlobRule]),
        direction: Direction,
    ) -> bool {
        let is_same = |(before, after): (&BlobRule, &BlobRule)| {
            let place = self.new_place(old, new, &before.path, String::new());
            let (written, read) = if direction.sent { (before, after) } else { (after, before) };
            place.as_deref() == Some(&after.path) && reads(read, written)
        };
        old_rules.len() == new_rules.len() && old_rules.iter().zip(new_rules).all(is_same)
    }

    /// The path of what the old definition has at a path, in the new one, where members may have other names.
    fn new_place(&self, old: &Type, new: &Type, path: &str, reached: String) -> Option<String> {
        if path.is_empty() {
            return Some(reached);
        }
        if let Some(rest) = path.strip_prefix("[]") {
            let (Type::List(old), Type::List(new)) = (old, new) else { return None };
            return self.new_place(old, new, rest, format!("{reached}[]"));
        }
        if let (Some(before), Some(after)) = (self.old.union(old), self.new.union(new)) {
            let matched = match_up(
                (self.old, &before.variants),
                (self.new, &after.variants),
                |variant| &variant.wire,
                Profile::of_variant,
            );
            return matched.old.into_iter().find_map(|(was, is)| {
                let is = is?;
                let (rest, reached) = match (&before.style, &after.style) {
                    (UnionStyle::Tagged { property: tag }, UnionStyle::Tagged { property }) => {
                        let rest = path.strip_prefix(&format!("<{tag}={}>", was.wire))?;
                        (rest, format!("{reached}<{property}={}>", is.wire))
                    }
                    (UnionStyle::Keyed, UnionStyle::Keyed) => (member(path, &was.wire)?, join(&reached, &is.wire)),
                    // An alternative by JSON type has no place of its own.
                    (UnionStyle::Kinded, UnionStyle::Kinded) => (path, reached.clone()),
                    _ => return None,
                };
                self.new_place(was.payload.as_ref()?, is.payload.as_ref()?, rest, reached)
            });
        }
        let (before, after) = (self.old.object(old)?, self.new.object(new)?);
        let matched =
            match_up((self.old, &before.fields), (self.new, &after.fields), |field| &field.wire, Profile::of_field);
        matched.old.into_iter().find_map(|(was, is)| {
            let (rest, is) = (member(path, &was.wire)?, is?);
            self.new_place(&was.ty, &is.ty, rest, join(&reached, &is.wire))
        })
    }
}

/// What follows a member in a path that begins with it.
fn member<'p>(path: &'p str, name: &str) -> Option<&'p str> {
    let rest = path.strip_prefix('.').unwrap_or(path).strip_prefix(name)?;
    (rest.is_empty() || rest.starts_with(['.', '[', '<'])).then_some(rest)
}

/// Whether a reader with one rule understands what a writer with another one sends.
fn reads(reader: &BlobRule, writer: &BlobRule) -> bool {
    use BlobKind::{Bytes, Entries, IndexedEntries, Keyed, Tensor, Tensors};
    match (&reader.kind, &writer.kind) {
        // Names of members that are not in the JSON make no difference.
        (Bytes, Bytes)
        | (Tensor, Tensor)
        | (Tensors { .. }, Tensors { .. } | Tensor)
        | (Entries { .. }, Entries { .. }) => true,
        (Keyed { names, aliases, .. }, Keyed { names: written, .. }) => {
            (names == written || aliases.contains(written)) && at_root(reader) == at_root(writer)
        }
        (IndexedEntries { indexes, .. }, IndexedEntries { indexes: others, .. }) => indexes == others,
        _ => false,
    }
}

/// Whether the names are at the root, where those beside a member of the root are as well.
fn at_root(rule: &BlobRule) -> bool {
    let is_member = !rule.path.contains(['.', '[', '<']);
    is_member || matches!(&rule.kind, BlobKind::Keyed { at_root: true, .. })
}
