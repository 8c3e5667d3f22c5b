//! Finds the blob rules of a request, a response or an event, in the order of the definition.

use std::collections::BTreeSet;

use super::checks::{self, Found};
use super::shapes::{is_tensors, kind_of_list, only_string};
use crate::diag::Diagnostics;
use crate::ir::Api;
use crate::ir::blobs::{Blob, BlobKind, BlobRule};
use crate::ir::types::{Field, Object, Type, TypeId, TypeKind, Union, UnionStyle, Variant};
use crate::source::Location;

pub(super) fn rules(api: &Api, root: &Type, sent: bool, diagnostics: &mut Diagnostics) -> Vec<BlobRule> {
    let mut walk = Walk {
        api,
        diagnostics,
        sent,
        found: Vec::new(),
        stack: Vec::new(),
        seen: BTreeSet::new(),
        list_at: Location::default(),
        variants: Vec::new(),
        visits: 0,
    };
    walk.ty(root, String::new());
    let found = walk.found;
    checks::check_entries(&found, diagnostics);
    checks::check_root(api, root, &found, diagnostics);
    found.into_iter().map(|found| found.rule).collect()
}

struct Walk<'a> {
    api: &'a Api,
    diagnostics: &'a mut Diagnostics,
    sent: bool,
    found: Vec<Found>,
    stack: Vec<TypeId>,
    /// Recursive types that were met inside themselves.
    seen: BTreeSet<TypeId>,
    /// The property that is being walked.
    list_at: Location,
    /// The unions that are being walked; see [`Found`].
    variants: Vec<(usize, usize)>,
    visits: usize,
}

impl Walk<'_> {
    fn ty(&mut self, ty: &Type, path: String) {
        match ty {
            Type::List(items) => {
                let before = self.found.len();
                self.ty(items, format!("{path}[]"));
                self.check_order(before);
            }
            Type::Named(id) => self.named(*id, path),
            _ => {}
        }
    }

    /// Reports the second rule within the items of one list: the blobs of one item could follow each other, or those of
    /// one rule.
    fn check_order(&mut self, before: usize) {
        let found = self.found.get(before..).unwrap_or_default();
        let [first, second, ..] = found else { return };
        let message = format!(
            "`{}` and `{}` have blobs in the items of the same list, and their order is not defined",
            first.rule.path, second.rule.path
        );
        let at = self.list_at.clone();
        self.diagnostics.error(&at, message, "keep the bytes and tensors of an item under one property");
        // A list around this one would be reported as well.
        self.found.truncate(before.saturating_add(1));
    }

    fn named(&mut self, id: TypeId, path: String) {
        if self.stack.contains(&id) {
            self.seen.insert(id);
            return;
        }
        let Some(definition) = self.api.get(id) else { return };
        let before = self.found.len();
        self.stack.push(id);
        match &definition.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    self.field(field, object, &path);
                }
            }
            TypeKind::Union(union) => self.union(union, &path),
            TypeKind::Enum(_) => {}
        }
        self.stack.pop();
        if self.seen.remove(&id) && self.found.len() > before {
            let message =
                format!("`{}` contains itself and holds blobs: their order would depend on the depth", definition.name);
            self.diagnostics.error(&definition.at, message, "keep bytes and tensors out of recursive types");
        }
    }

    fn union(&mut self, union: &Union, path: &str) {
        self.visits = self.visits.saturating_add(1);
        let visit = self.visits;
        for (index, variant) in union.variants.iter().enumerate() {
            let Some(payload) = &variant.payload else { continue };
            if self.report_bare(union, variant, payload) {
                continue;
            }
            let path = match &union.style {
                UnionStyle::Tagged { property } => format!("{path}<{property}={}>", variant.wire),
                UnionStyle::Keyed => join(path, &variant.wire),
                UnionStyle::Kinded => path.to_owned(),
            };
            self.variants.push((visit, index));
            self.ty(payload, path);
            self.variants.pop();
        }
    }

    /// Reports a variant that is nothing but bytes or tensors, and whether it is.
    fn report_bare(&mut self, union: &Union, variant: &Variant, payload: &Type) -> bool {
        let message = match union.style {
            // The property of the union has a rule for them.
            UnionStyle::Kinded if is_tensors(payload) => return true,
            _ if !self.is_bare(payload) => return false,
            UnionStyle::Kinded => "bytes and tensors cannot be an alternative of a union by JSON type",
            _ => "bytes and tensors are not allowed directly under a union's key",
        };
        self.diagnostics.error(&variant.at, message, "put them in a property of an object");
        true
    }

    fn field(&mut self, field: &Field, object: &Object, parent: &str) {
        let path = join(parent, &field.wire);
        let kind = match &field.blob {
            None => {
                if self.is_bare(&field.ty) {
                    let message = format!(
                        "bytes and tensors are not part of JSON, and `{}` declares no blob for them",
                        field.wire
                    );
                    self.diagnostics.error(&field.at, message, "add the keyword `blob` to the property");
                    return;
                }
                self.inside(field, path);
                return;
            }
            Some(Blob::Bytes) => {
                (field.ty == Type::Binary).then_some(BlobKind::Bytes).ok_or("a property of format `binary`")
            }
            Some(Blob::Tensor) => (field.ty == Type::Tensor).then_some(BlobKind::Tensor).ok_or("a tensor"),
            Some(Blob::Tensors) if self.holds_tensors(&field.ty) => {
                self.check_alternatives(field, &path);
                Ok(BlobKind::Tensors { name: self.name(object, parent) })
            }
            Some(Blob::Tensors) => Err("an array of tensors, or a union with one"),
            Some(Blob::Keyed { .. }) => {
                kind_of_list(self.api, field).ok_or("an array of objects with one string and one `binary` property")
            }
            Some(Blob::Entries) if !self.sent => Err("a request; in a result write {\"entries\": \"indexes\"}"),
            Some(Blob::Entries) => {
                kind_of_list(self.api, field).ok_or("an array of objects with one string and one array of tensors")
            }
            Some(Blob::IndexedEntries { .. }) if self.sent => Err("a result; in a request write \"entries\""),
            Some(Blob::IndexedEntries { .. }) => kind_of_list(self.api, field)
                .ok_or("an array of objects with one string and one array of {index, tensor} objects"),
        };
        checks::check_object(field, object, self.diagnostics);
        match kind {
            Ok(kind) => {
                let (at, variants) = (field.at.clone(), self.variants.clone());
                self.found.push(Found { rule: BlobRule { path, kind }, at, variants });
            }
            Err(wanted) => {
                let message = format!("the blob rule of `{}` does not fit its type", field.wire);
                self.diagnostics.error(&field.at, message, format!("this rule is for {wanted}"));
            }
        }
    }

    fn inside(&mut self, field: &Field, path: String) {
        let outer = std::mem::replace(&mut self.list_at, field.at.clone());
        self.ty(&field.ty, path);
        self.list_at = outer;
    }

    /// Reports blobs in the alternatives that a union has beside tensors: an alternative is part of the JSON.
    fn check_alternatives(&mut self, field: &Field, path: &str) {
        let before = self.found.len();
        self.inside(field, path.to_owned());
        if let Some(found) = self.found.get(before) {
            let message = format!("`{}` has a blob in an alternative beside tensors in a union", found.rule.path);
            self.diagnostics.error(&field.at, message, "keep bytes and tensors out of the other alternatives");
            self.found.truncate(before);
        }
    }

    /// Whether the type is bytes or tensors, or lists of them, for which its property needs a rule.
    fn is_bare(&self, ty: &Type) -> bool {
        match ty {
            Type::Binary | Type::Tensor => true,
            Type::List(items) => self.is_bare(items),
            ty => self.holds_tensors(ty),
        }
    }

    /// Whether the type is an array of tensors, or a union by JSON type that has one.
    fn holds_tensors(&self, ty: &Type) -> bool {
        let in_union = self.api.union(ty).is_some_and(|union| {
            union.style == UnionStyle::Kinded
                && union.variants.iter().any(|variant| variant.payload.as_ref().is_some_and(is_tensors))
        });
        is_tensors(ty) || in_union
    }

    /// The one required string of an item in a request's array: its name there.
    fn name(&self, item: &Object, path: &str) -> Option<String> {
        only_string(item).filter(|_| self.sent && path.ends_with("[]"))
    }
}

fn join(parent: &str, member: &str) -> String {
    if parent.is_empty() { member.to_owned() } else { format!("{parent}.{member}") }
}
