//! Errors: what entries mean and carry, and which codes methods return.

use super::changes::{Class, Place};
use super::comparison::{Comparison, Direction, Remarks};
use super::renames::{Profile, match_up};
use crate::ir::types::Type;
use crate::ir::{Api, ErrorShape, Method};

const OPEN: &str = "Errors are open: readers keep unknown codes.";

impl Comparison<'_> {
    /// Entries in both definitions; what is new or removed is reported for the methods that list it.
    pub(super) fn errors(&mut self) {
        let (old_api, new_api) = (self.old, self.new);
        for (index, old) in old_api.errors.iter().enumerate() {
            let Some(new) = new_api.errors.iter().find(|new| new.name == old.name && new.code == old.code) else {
                continue;
            };
            let used_by = self.users.of_error(index);
            self.turn_to(Place::Error(old.name.clone()), used_by);
            if old.retryable != new.retryable {
                let what = if new.retryable { "is retryable" } else { "is not retryable" };
                self.note("", Class::Compatible, what, "Existing clients retry as before.");
            }
            if old.invalid_request != new.invalid_request {
                let what = match &new.invalid_request {
                    Some((parameter, reason)) => {
                        format!("is the error of invalid requests, with `{parameter}` and `{reason}`")
                    }
                    None => "is not the error of invalid requests".to_owned(),
                };
                self.note("", Class::Compatible, what, "Only servers respond differently.");
            }
            self.carried(old.fields.as_ref(), new.fields.as_ref(), "");
            let remarks = |shape: &ErrorShape| (shape.description.clone(), shape.since.clone());
            let ((before, old_since), (after, new_since)) = (remarks(old), remarks(new));
            self.remarks(
                "",
                Remarks { description: Some(&before), since: old_since.as_deref(), deprecated: None },
                Remarks { description: Some(&after), since: new_since.as_deref(), deprecated: None },
            );
        }
    }

    /// The codes of a method.
    pub(super) fn codes(&mut self, old: &Method, new: &Method) {
        let (old_api, new_api) = (self.old, self.new);
        let (old_shapes, new_shapes): (Vec<_>, Vec<_>) =
            (old_api.errors_of(old).collect(), new_api.errors_of(new).collect());
        let codes = match_up(
            (old_api, &old_shapes),
            (new_api, &new_shapes),
            |shape| &shape.code,
            |api, shape| Profile::of_error(api, shape),
        );
        for (before, after) in codes.old {
            let Some(after) = after else {
                let what = format!("no longer returns `{}`", before.code);
                self.note("errors", Class::Rust, what, "Its variant is removed from the method's error.");
                continue;
            };
            if after.code != before.code {
                let what = format!("returns `{}` instead of `{}`", after.code, before.code);
                self.note("errors", Class::Rust, what, "Its variant has another name.");
            }
            // The same entry is compared by itself.
            if before.name != after.name {
                self.carried(before.fields.as_ref(), after.fields.as_ref(), &format!("errors.{}", after.code));
            }
            let (was, is) = (shared_set(old_api, old, before), shared_set(new_api, new, after));
            if was != is {
                let what = match is {
                    Some(set) => format!("returns `{}` as part of the shared error set `{set}`", after.code),
                    None => format!("returns `{}` as an error of its own", after.code),
                };
                self.note("errors", Class::Rust, what, "Its variant is in another enum.");
            }
        }
        for after in codes.added {
            self.note("errors", Class::Compatible, format!("may return `{}`", after.code), OPEN);
        }
    }

    /// What an error carries besides its code.
    fn carried(&mut self, old: Option<&Type>, new: Option<&Type>, path: &str) {
        match (old, new) {
            (Some(old), Some(new)) => self.ty(old, new, Direction::RECEIVED, path),
            (None, Some(_)) => {
                let why = "Readers ignore unknown properties, but the variant holds a value in Rust.";
                self.note(path, Class::Rust, "carries fields", why);
            }
            (Some(_), None) => {
                let why = "Existing clients read the fields.";
                self.note(path, Class::Wire, "carries no fields any more", why);
            }
            (None, None) => {}
        }
    }
}

/// The set of errors by which a method shares an error with others, where that set is a type of its own.
fn shared_set<'a>(api: &'a Api, method: &Method, error: &ErrorShape) -> Option<&'a str> {
    let mut sets = method.error_sets.iter().filter_map(|index| api.error_sets.get(*index));
    let has = |index: &usize| api.errors.get(*index).is_some_and(|shape| shape.code == error.code);
    sets.find(|set| set.errors.iter().any(has)).map(|set| set.name.as_str())
}
