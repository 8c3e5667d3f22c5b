//! Where bytes and tensors leave the JSON: the blob rules of each method and event, in order, and what follows from them
//! for the types.

use std::collections::BTreeSet;

use crate::diag::{Diagnostics, Location};
use crate::ir::{Api, Blob, BlobKind, BlobRule, Field, ListItem, Object, Type, TypeId, TypeKind, UnionStyle};

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
    mark_wire_forms(api);
    mark_roots(api);
    mark_list_items(api);
}

/// Marks the types that hold bytes or tensors, directly or in what they hold.
fn mark_wire_forms(api: &mut Api) {
    loop {
        let holds = |api: &Api, field: &Field| field.blob.is_some() || api.has_wire_form(&field.ty);
        let found: Vec<usize> = api
            .types
            .iter()
            .enumerate()
            .filter(|(_, definition)| !definition.has_wire_form)
            .filter(|(_, definition)| match &definition.kind {
                TypeKind::Object(object) => object.fields.iter().any(|field| holds(api, field)),
                TypeKind::Union(union) => union.variants.iter().any(|variant| {
                    variant.payload.as_ref().is_some_and(|payload| is_tensors(payload) || api.has_wire_form(payload))
                }),
                TypeKind::Enum(_) => false,
            })
            .map(|(id, _)| id)
            .collect();
        if found.is_empty() {
            return;
        }
        for id in found {
            if let Some(definition) = api.types.get_mut(id) {
                definition.has_wire_form = true;
            }
        }
    }
}

/// Marks what methods and events begin with, and the names that stand there.
fn mark_roots(api: &mut Api) {
    let mut roots: Vec<(Type, Option<String>)> = Vec::new();
    let names = |rules: &[BlobRule]| {
        rules.iter().find_map(|rule| match &rule.kind {
            BlobKind::Keyed { names, at_root: true, .. } => Some(names.clone()),
            _ => None,
        })
    };
    for service in &api.services {
        for method in &service.methods {
            roots.push((method.params.clone(), names(&method.request_blobs)));
            roots.push((method.result.clone(), names(&method.response_blobs)));
        }
        roots.extend(service.events.iter().map(|event| (event.params.clone(), names(&event.blobs))));
    }
    for (root, names) in roots {
        let Type::Named(id) = root else { continue };
        if let Some(definition) = api.types.get_mut(id.0) {
            definition.root = true;
            definition.root_names = definition.root_names.take().or(names);
        }
    }
}

/// Marks the items of lists that travel in several places, and the members that tell items apart.
fn mark_list_items(api: &mut Api) {
    let mut items: Vec<(TypeId, ListItem)> = Vec::new();
    let mut names: Vec<(usize, usize, String)> = Vec::new();
    for (id, definition) in api.types.iter().enumerate() {
        let TypeKind::Object(object) = &definition.kind else { continue };
        for (index, field) in object.fields.iter().enumerate() {
            items.extend(list_items(api, field));
            if let Type::List(item) = &field.ty
                && let Some(item) = api.object(item)
                && item.fields.iter().any(|field| field.blob == Some(Blob::Tensors))
                && let Some(name) = only_string(item)
            {
                names.push((id, index, name));
            }
        }
    }
    for (id, item) in items {
        if let Some(definition) = api.types.get_mut(id.0)
            && !definition.list_items.contains(&item)
        {
            definition.list_items.push(item);
        }
    }
    for (id, index, name) in names {
        let definition = api.types.get_mut(id);
        if let Some(TypeKind::Object(object)) = definition.map(|definition| &mut definition.kind)
            && let Some(field) = object.fields.get_mut(index)
        {
            field.item_name = Some(name);
        }
    }
}

/// The parts that the items of a field travel in.
fn list_items(api: &Api, field: &Field) -> Vec<(TypeId, ListItem)> {
    let Some(item) = item_id(&field.ty) else { return Vec::new() };
    match (&field.blob, kind_of_list(api, field)) {
        (Some(Blob::Keyed { .. }), Some(BlobKind::Keyed { key, data, .. })) => {
            vec![(item, ListItem::KeyedBlob { key, data })]
        }
        (Some(Blob::Entries), Some(BlobKind::Entries { key, data })) => {
            vec![(item, ListItem::TensorColumn { key, data })]
        }
        (Some(Blob::IndexedEntries { .. }), Some(BlobKind::IndexedEntries { key, data, index, tensor, .. })) => {
            let cells = api.object(&Type::Named(item)).and_then(|object| object.field(&data));
            let Some(cell) = cells.and_then(|field| item_id(&field.ty)) else { return Vec::new() };
            vec![(item, ListItem::IndexedColumn { key, data, cell }), (cell, ListItem::IndexedTensor { index, tensor })]
        }
        _ => Vec::new(),
    }
}

fn item_id(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::List(items) => match **items {
            Type::Named(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// The rule of a list whose items travel in several places, if it fits its type.
fn kind_of_list(api: &Api, field: &Field) -> Option<BlobKind> {
    let element = match &field.ty {
        Type::List(items) => api.object(items)?,
        _ => return None,
    };
    let is_text = |ty: &Type| *ty == Type::String;
    match field.blob.as_ref()? {
        Blob::Keyed { names, at_root } => {
            let [key, data] = pair(element, is_text, |ty| *ty == Type::Binary)?;
            Some(BlobKind::Keyed { names: names.clone(), at_root: *at_root, key, data })
        }
        Blob::Entries => {
            let [key, data] = pair(element, is_text, is_tensors)?;
            Some(BlobKind::Entries { key, data })
        }
        Blob::IndexedEntries { indexes } => {
            let [key, data] = pair(element, is_text, |ty| matches!(ty, Type::List(_)))?;
            let cell = match &element.field(&data)?.ty {
                Type::List(items) => api.object(items)?,
                _ => return None,
            };
            let [index, tensor] = pair(cell, |ty| *ty == Type::Uint32, |ty| *ty == Type::Tensor)?;
            Some(BlobKind::IndexedEntries { indexes: indexes.clone(), key, data, index, tensor })
        }
        _ => None,
    }
}

/// The one required string of an object.
fn only_string(object: &Object) -> Option<String> {
    let mut strings = object.fields.iter().filter(|field| field.required && field.ty == Type::String);
    let name = strings.next()?;
    strings.next().is_none().then(|| name.wire.clone())
}

fn is_tensors(ty: &Type) -> bool {
    matches!(ty, Type::List(items) if **items == Type::Tensor)
}

fn rules(api: &Api, root: &Type, sent: bool, diagnostics: &mut Diagnostics) -> Vec<BlobRule> {
    let (stack, list_at) = (Vec::new(), Location::default());
    let mut walk = Walk { api, diagnostics, sent, rules: Vec::new(), stack, seen: BTreeSet::new(), list_at };
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
    /// The property that is being walked.
    list_at: Location,
}

impl Walk<'_> {
    fn ty(&mut self, ty: &Type, path: String) {
        match ty {
            Type::List(items) => {
                let before = self.rules.len();
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
        let rules = self.rules.get(before..).unwrap_or_default();
        let [first, second, ..] = rules else { return };
        let message = format!(
            "`{}` and `{}` have blobs in the items of the same list, and the wire does not define their order",
            first.path, second.path
        );
        let at = self.list_at.clone();
        self.diagnostics.error(&at, message, "keep the bytes and tensors of an item under one property");
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
                let outer = std::mem::replace(&mut self.list_at, field.at.clone());
                self.ty(&field.ty, path);
                self.list_at = outer;
                return;
            }
            Some(Blob::Bytes) => {
                (field.ty == Type::Binary).then_some(BlobKind::Bytes).ok_or("a property of format `binary`")
            }
            Some(Blob::Tensor) => (field.ty == Type::Tensor).then_some(BlobKind::Tensor).ok_or("a tensor"),
            Some(Blob::Tensors) => self
                .holds_tensors(&field.ty)
                .then(|| BlobKind::Tensors { name: self.name(object, parent) })
                .ok_or("an array of tensors, or a union with one"),
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
