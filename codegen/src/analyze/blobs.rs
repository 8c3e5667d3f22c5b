//! Where bytes and tensors leave the JSON: the blob rules of each method and event, in order.

use std::collections::BTreeSet;

use crate::diag::Diagnostics;
use crate::ir::{Api, Blob, BlobKind, BlobRule, Field, Object, Type, TypeId, TypeKind, UnionStyle};

const UNRULED: &str = "add the keyword `blob` to the property";

pub(super) fn collect(api: &mut Api, diagnostics: &mut Diagnostics) {
    let mut services = std::mem::take(&mut api.services);
    for service in &mut services {
        for method in &mut service.methods {
            method.request_blobs = rules(api, &method.params, true, diagnostics);
            method.response_blobs = rules(api, &method.result, false, diagnostics);
        }
        for event in &mut service.events {
            event.blobs = rules(api, &event.params, false, diagnostics);
        }
    }
    for shape in &api.errors {
        if let Some(fields) = &shape.fields
            && let Some(rule) = rules(api, fields, false, diagnostics).first()
            && let Some(object) = api.object(fields)
        {
            let at = object.fields.first().map(|field| field.at.clone()).unwrap_or_default();
            diagnostics.error(&at, format!("`{}`: an error has no blobs", rule.path), "errors carry JSON only");
        }
    }
    api.services = services;
}

fn rules(api: &Api, root: &Type, sent: bool, diagnostics: &mut Diagnostics) -> Vec<BlobRule> {
    let mut walk = Walk { api, diagnostics, sent, rules: Vec::new(), stack: Vec::new(), seen: BTreeSet::new() };
    walk.ty(root, String::new());
    walk.rules
}

struct Walk<'a> {
    api: &'a Api,
    diagnostics: &'a mut Diagnostics,
    sent: bool,
    rules: Vec<BlobRule>,
    stack: Vec<TypeId>,
    /// Recursive types that were met inside themselves.
    seen: BTreeSet<TypeId>,
}

impl Walk<'_> {
    fn ty(&mut self, ty: &Type, path: String) {
        match ty {
            Type::List(items) => self.ty(items, format!("{path}[]")),
            Type::Named(id) => self.named(*id, path),
            _ => {}
        }
    }

    fn named(&mut self, id: TypeId, path: String) {
        if self.stack.contains(&id) {
            self.seen.insert(id);
            return;
        }
        let Some(definition) = self.api.get(id) else { return };
        let before = self.rules.len();
        self.stack.push(id);
        match &definition.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    self.field(field, object, &path);
                }
            }
            TypeKind::Union(union) => {
                for variant in &union.variants {
                    let Some(payload) = &variant.payload else { continue };
                    let path = match &union.style {
                        UnionStyle::Tagged { property } => format!("{path}<{property}={}>", variant.wire),
                        UnionStyle::Keyed => join(&path, &variant.wire),
                        UnionStyle::Kinded => path.clone(),
                    };
                    if union.style == UnionStyle::Keyed && holds_bytes(payload) {
                        self.diagnostics.error(
                            &variant.at,
                            "bytes cannot stand directly under a union's key",
                            "put them in a property of an object",
                        );
                        continue;
                    }
                    self.ty(payload, path);
                }
            }
            TypeKind::Enum(_) => {}
        }
        self.stack.pop();
        if self.seen.remove(&id) && self.rules.len() > before {
            let message =
                format!("`{}` contains itself and holds blobs: their order would depend on the depth", definition.name);
            self.diagnostics.error(&definition.at, message, "keep bytes and tensors out of recursive types");
        }
    }

    fn field(&mut self, field: &Field, object: &Object, parent: &str) {
        let path = join(parent, &field.wire);
        let kind = match &field.blob {
            None => {
                if holds_bytes(&field.ty) || self.holds_tensors(&field.ty) {
                    let message = format!(
                        "bytes and tensors are not part of JSON, and nothing says which blob holds those of `{}`",
                        field.wire
                    );
                    self.diagnostics.error(&field.at, message, UNRULED);
                    return;
                }
                return self.ty(&field.ty, path);
            }
            Some(Blob::Bytes) => {
                (field.ty == Type::Binary).then_some(BlobKind::Bytes).ok_or("a property of format `binary`")
            }
            Some(Blob::Tensor) => (field.ty == Type::Tensor).then_some(BlobKind::Tensor).ok_or("a tensor"),
            Some(Blob::Tensors) => self
                .holds_tensors(&field.ty)
                .then(|| BlobKind::Tensors { name: self.name(object, parent) })
                .ok_or("an array of tensors, or a union with one"),
            Some(Blob::Keyed { names, at_root }) => self
                .keyed(field, names, *at_root)
                .ok_or("an array of objects with one string and one `binary` property"),
            Some(Blob::Entries) if !self.sent => Err("a request; in a result write {\"entries\": \"indexes\"}"),
            Some(Blob::Entries) => {
                self.entries(field).ok_or("an array of objects with one string and one array of tensors")
            }
            Some(Blob::IndexedEntries { .. }) if self.sent => Err("a result; in a request write \"entries\""),
            Some(Blob::IndexedEntries { indexes }) => self
                .indexed_entries(field, indexes)
                .ok_or("an array of objects with one string and one array of {index, tensor} objects"),
        };
        match kind {
            Ok(kind) => self.rules.push(BlobRule { path, kind }),
            Err(wanted) => {
                let message = format!("the blob rule of `{}` does not fit its type", field.wire);
                self.diagnostics.error(&field.at, message, format!("this rule is for {wanted}"));
            }
        }
    }

    /// Whether the type is an array of tensors, or a union by JSON type that has one.
    fn holds_tensors(&self, ty: &Type) -> bool {
        let is_list = |ty: &Type| matches!(ty, Type::List(items) if **items == Type::Tensor);
        let in_union = self.api.union(ty).is_some_and(|union| {
            union.style == UnionStyle::Kinded
                && union.variants.iter().any(|variant| variant.payload.as_ref().is_some_and(is_list))
        });
        is_list(ty) || in_union
    }

    /// The one required string of an item in a request's array: its name there.
    fn name(&self, item: &Object, path: &str) -> Option<String> {
        let mut strings = item.fields.iter().filter(|field| field.required && field.ty == Type::String);
        let name = strings.next().filter(|_| self.sent && path.ends_with("[]"))?;
        strings.next().is_none().then(|| name.wire.clone())
    }

    fn element(&self, field: &Field) -> Option<&Object> {
        match &field.ty {
            Type::List(items) => self.api.object(items),
            _ => None,
        }
    }

    fn keyed(&self, field: &Field, names: &str, at_root: bool) -> Option<BlobKind> {
        let [key, data] = pair(self.element(field)?, |ty| *ty == Type::String, |ty| *ty == Type::Binary)?;
        Some(BlobKind::Keyed { names: names.to_owned(), at_root, key, data })
    }

    fn entries(&self, field: &Field) -> Option<BlobKind> {
        let [key, data] = pair(self.element(field)?, |ty| *ty == Type::String, |ty| self.holds_tensors(ty))?;
        Some(BlobKind::Entries { key, data })
    }

    fn indexed_entries(&self, field: &Field, indexes: &str) -> Option<BlobKind> {
        let object = self.element(field)?;
        let [key, data] = pair(object, |ty| *ty == Type::String, |ty| matches!(ty, Type::List(_)))?;
        let [index, tensor] =
            pair(self.element(object.field(&data)?)?, |ty| *ty == Type::Uint32, |ty| *ty == Type::Tensor)?;
        Some(BlobKind::IndexedEntries { indexes: indexes.to_owned(), key, data, index, tensor })
    }
}

/// The names of the two required members of an object, one of each kind.
fn pair(object: &Object, first: impl Fn(&Type) -> bool, second: impl Fn(&Type) -> bool) -> Option<[String; 2]> {
    let one = object.fields.iter().find(|field| field.required && first(&field.ty))?;
    let other = object.fields.iter().find(|field| field.required && second(&field.ty))?;
    (object.fields.len() == 2).then(|| [one.wire.clone(), other.wire.clone()])
}

fn join(parent: &str, member: &str) -> String {
    if parent.is_empty() { member.to_owned() } else { format!("{parent}.{member}") }
}

/// Whether the type is bytes or a tensor, or a list of bytes.
fn holds_bytes(ty: &Type) -> bool {
    match ty {
        Type::Binary | Type::Tensor => true,
        Type::List(items) => **items == Type::Binary,
        _ => false,
    }
}
