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
    let Some(key) = key_beside(field) else { return };
    // Keyed bytes leave their own name free.
    let is_own = |other: &Field| other.wire == field.wire && matches!(field.blob, Some(Blob::Keyed { .. }));
    report(key, &field.at, object, |other| !is_own(other), diagnostics);
    let twice = object.fields.iter().take_while(|other| other.wire != field.wire);
    if twice.filter_map(key_beside).any(|other| is_same(other, key)) {
        diagnostics.error(&field.at, format!("two properties list names under `{key}`"), "choose another key");
    }
}

/// The key that a rule adds beside its property.
fn key_beside(field: &Field) -> Option<&str> {
    match field.blob.as_ref()? {
        Blob::Keyed { names, at_root: false } => Some(names),
        Blob::IndexedEntries { indexes } => Some(indexes),
        _ => None,
    }
}

/// Reports names at the root that have no place of their own there.
pub(super) fn check_root(api: &Api, root: &Type, found: &[Found], diagnostics: &mut Diagnostics) {
    const HELP: &str = "remove `\"at\": \"root\"`, so that the names are listed beside the property";
    let mut earlier: Vec<&Found> = Vec::new();
    for one in found {
        let BlobKind::Keyed { names, at_root: true, .. } = &one.rule.kind else { continue };
        let path = &one.rule.path;
        if path.contains("[]") {
            let message = format!("`{path}` is in a list, and the root has one place for the names of all items");
            diagnostics.error(&one.at, message, HELP);
        }
        match api.object(root) {
            Some(object) => {
                report(names, &one.at, object, |_| true, diagnostics);
                if object.fields.iter().filter_map(key_beside).any(|other| is_same(other, names)) {
                    diagnostics.error(&one.at, format!("two properties list names under `{names}`"), HELP);
                }
            }
            None => {
                let message = format!("`{path}` lists names at the root, which is a union and has no place for them");
                diagnostics.error(&one.at, message, HELP);
            }
        }
        let is_ambiguous = |other: &&&Found| match &other.rule.kind {
            BlobKind::Keyed { names: others, .. } => !one.excludes(other) || names != others,
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
