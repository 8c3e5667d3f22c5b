//! Checks of the blob rules of a frame: that nothing is ambiguous, and that keys for names and indexes are free.

use crate::diag::Diagnostics;
use crate::ir::Api;
use crate::ir::blobs::{Blob, BlobKind, BlobRule};
use crate::ir::types::{Field, Object, Type};
use crate::naming::{self, case};
use crate::source::Location;

/// A rule, and where it was found.
pub(super) struct Found {
    pub(super) rule: BlobRule,
    pub(super) at: Location,
    /// The unions around it, by the number of the visit, each with the index of the variant.
    pub(super) variants: Vec<(usize, usize)>,
}

impl Found {
    /// Whether both are never sent together, since they are in different variants of one union.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        self.variants.iter().any(|(visit, variant)| other.variants.iter().any(|(v, w)| v == visit && w != variant))
    }
}

/// Reports rules whose number of blobs cannot be known.
pub(super) fn check_entries(found: &[Found], diagnostics: &mut Diagnostics) {
    for (index, entries) in found.iter().enumerate() {
        let BlobKind::Entries { .. } = entries.rule.kind else { continue };
        let path = &entries.rule.path;
        if path.contains("[]") {
            let message = format!("`{path}` takes all remaining blobs, so only one item of its list could have any");
            diagnostics.error(&entries.at, message, "take the entries out of the list");
        }
        let mut later = found.iter().skip(index.saturating_add(1));
        if let Some(later) = later.find(|later| !later.excludes(entries)) {
            let message = format!("`{path}` takes all remaining blobs, and those of `{}` follow", later.rule.path);
            diagnostics.error(&entries.at, message, "put the entries after everything else that has blobs");
        }
    }
}

/// Reports a key beside a property that the object has for something else.
pub(super) fn check_object(field: &Field, object: &Object, diagnostics: &mut Diagnostics) {
    // Keyed bytes leave their own name free.
    let is_own = |other: &Field| other.wire == field.wire && matches!(field.blob, Some(Blob::Keyed { .. }));
    let keys: Vec<&str> = keys_beside(field).collect();
    for (index, key) in keys.iter().enumerate() {
        report(key, &field.at, object, |other| !is_own(other), diagnostics);
        let earlier = object.fields.iter().take_while(|other| other.wire != field.wire).flat_map(keys_beside);
        if earlier.chain(keys.iter().take(index).copied()).any(|other| is_same(other, key)) {
            diagnostics.error(&field.at, format!("names are listed twice under `{key}`"), "choose another key");
        }
    }
}

/// The keys that a rule adds beside its property.
fn keys_beside(field: &Field) -> impl Iterator<Item = &str> {
    let keys = match &field.blob {
        Some(Blob::Keyed { names, aliases, at_root: false }) => Some((names, aliases.as_slice())),
        Some(Blob::IndexedEntries { indexes }) => Some((indexes, [].as_slice())),
        _ => None,
    };
    keys.into_iter().flat_map(|(key, aliases)| [key].into_iter().chain(aliases)).map(String::as_str)
}

/// Reports names at the root that have no place of their own there.
pub(super) fn check_root(api: &Api, root: &Type, found: &[Found], diagnostics: &mut Diagnostics) {
    const HELP: &str = "remove `\"at\": \"root\"`, so that the names are listed beside the property";
    let mut earlier: Vec<&Found> = Vec::new();
    for one in found {
        let BlobKind::Keyed { names, aliases, at_root: true, .. } = &one.rule.kind else { continue };
        let path = &one.rule.path;
        if path.contains("[]") {
            let message = format!("`{path}` is in a list, and the root has one place for the names of all items");
            diagnostics.error(&one.at, message, HELP);
        }
        match api.object(root) {
            Some(object) => {
                for key in [names].into_iter().chain(aliases) {
                    report(key, &one.at, object, |_| true, diagnostics);
                    if object.fields.iter().flat_map(keys_beside).any(|other| is_same(other, key)) {
                        diagnostics.error(&one.at, format!("names are listed twice under `{key}`"), HELP);
                    }
                }
            }
            None => {
                let message = format!("`{path}` lists names at the root, which is a union and has no place for them");
                diagnostics.error(&one.at, message, HELP);
            }
        }
        let is_ambiguous = |other: &&&Found| match &other.rule.kind {
            BlobKind::Keyed { names: others, aliases: other_aliases, .. } => {
                !one.excludes(other) || (names, aliases) != (others, other_aliases)
            }
            _ => false,
        };
        if let Some(other) = earlier.iter().find(is_ambiguous) {
            let message = format!("`{}` and `{path}` both list names at the root", other.rule.path);
            diagnostics.error(&one.at, message, HELP);
        }
        earlier.push(one);
    }
}

fn report(key: &str, at: &Location, object: &Object, is_other: impl Fn(&Field) -> bool, diagnostics: &mut Diagnostics) {
    let constant = object.constant.iter().any(|(property, _)| property == key);
    let is_taken = |field: &Field| {
        naming::field_name(field) == case::snake(key)
            || field.wire == key
            || field.aliases.iter().any(|alias| alias == key)
    };
    if constant || object.fields.iter().any(|field| is_other(field) && is_taken(field)) {
        let message = format!("the names or indexes under `{key}` would collide with another property");
        diagnostics.error(at, message, "choose another key");
    }
}

/// Whether two keys would be one, on the wire or in Rust.
fn is_same(left: &str, right: &str) -> bool {
    left == right || case::snake(left) == case::snake(right)
}
