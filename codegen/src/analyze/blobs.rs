//! Where bytes and tensors leave the JSON: the blob rules of each method and event, in order, and what follows from them
//! for the types.

mod checks;
mod shapes;
mod walk;

use crate::diag::Diagnostics;
use crate::ir::Api;
use crate::ir::blobs::{Blob, BlobKind, BlobRule};
use crate::ir::types::{Field, ListItem, RootNames, Type, TypeId, TypeKind};
use shapes::{is_tensors, item_id, kind_of_list, only_string};
use walk::rules;

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
    api.services = services;
    mark_wire_forms(api);
    mark_roots(api);
    mark_list_items(api);
    check_errors(api, diagnostics);
}

/// Reports bytes and tensors in errors, which carry plain JSON only.
fn check_errors(api: &Api, diagnostics: &mut Diagnostics) {
    for object in api.errors.iter().filter_map(|shape| api.object(shape.fields.as_ref()?)) {
        for field in &object.fields {
            let has_blob = field.blob.is_some();
            if has_blob || api.has_wire_form(&field.ty) {
                let what = if has_blob { "no blobs" } else { "neither blobs nor base64 bytes" };
                diagnostics.error(
                    &field.at,
                    format!("`{}`: an error has {what}", field.wire),
                    "errors carry JSON only",
                );
            }
        }
    }
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

/// Marks the params and results of methods and events, and the names that are listed there.
fn mark_roots(api: &mut Api) {
    let mut roots: Vec<(Type, Option<RootNames>)> = Vec::new();
    let names = |rules: &[BlobRule]| {
        rules.iter().find_map(|rule| match &rule.kind {
            BlobKind::Keyed { names, aliases, at_root: true, .. } => {
                Some(RootNames { key: names.clone(), aliases: aliases.clone() })
            }
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

/// Marks the items of lists that travel in several places, and the members that identify items.
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
