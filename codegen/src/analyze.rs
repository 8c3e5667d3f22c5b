//! What follows from the model as a whole: reach, direction, recursion, and where blobs are.

mod blobs;
mod failures;
mod recursion;

use crate::diag::Diagnostics;
use crate::ir::Api;
use crate::ir::types::{JsonKind, Owner, Type, TypeKind, UnionStyle};

/// Completes the model; mistakes that only the whole shows are reported.
pub(crate) fn analyze(api: &mut Api, diagnostics: &mut Diagnostics) {
    mark_reach(api);
    check_constants(api, diagnostics);
    recursion::check(api, diagnostics);
    failures::check(api, diagnostics);
    blobs::collect(api, diagnostics);
    check_items(api, diagnostics);
}

/// Reports lists that may be one item which no reader could tell from a list, or which has parts elsewhere.
fn check_items(api: &Api, diagnostics: &mut Diagnostics) {
    let objects = api.types.iter().filter_map(|definition| match &definition.kind {
        TypeKind::Object(object) => Some(object),
        _ => None,
    });
    for field in objects.flat_map(|object| &object.fields) {
        let Some(items) = field.declared_item() else { continue };
        let is_list = match api.union(items) {
            Some(union) => union.variants.iter().any(|variant| variant.kind == JsonKind::Array),
            None => matches!(items, Type::List(_)),
        };
        let message = if is_list {
            "an item is a list here, and cannot be distinguished from the list of items"
        } else if api.has_wire_form(items) {
            "an item holds bytes or tensors, and is read in a list only"
        } else {
            continue;
        };
        diagnostics.error(&field.at, message, "remove `declared`, or change the type of the items");
    }
}

fn mark_reach(api: &mut Api) {
    let mut roots = Vec::new();
    for (index, service) in api.services.iter().enumerate() {
        for method in &service.methods {
            roots.push((index, method.params.clone(), true));
            roots.push((index, method.result.clone(), false));
            let fields = api.errors_of(method).filter_map(|error| error.fields.clone());
            roots.extend(fields.map(|fields| (index, fields, false)));
        }
        roots.extend(service.events.iter().map(|event| (index, event.params.clone(), false)));
    }
    for (service, root, sent) in roots {
        let mut rest = vec![(root, true)];
        while let Some((ty, standalone)) = rest.pop() {
            let id = match ty {
                Type::List(items) => {
                    rest.push((*items, standalone));
                    continue;
                }
                Type::Named(id) => id,
                _ => continue,
            };
            let Some(definition) = api.types.get_mut(id.0) else { continue };
            let known = definition.services.contains(&service)
                && (if sent { definition.sent } else { definition.received })
                && (if standalone { definition.standalone } else { definition.variant });
            if known {
                continue;
            }
            definition.services.insert(service);
            definition.sent |= sent;
            definition.received |= !sent;
            definition.standalone |= standalone;
            definition.variant |= !standalone;
            match &definition.kind {
                TypeKind::Object(object) => rest.extend(object.fields.iter().map(|field| (field.ty.clone(), true))),
                TypeKind::Union(union) => {
                    let standalone = !matches!(union.style, UnionStyle::Tagged { .. });
                    rest.extend(
                        union.variants.iter().filter_map(|variant| Some((variant.payload.clone()?, standalone))),
                    );
                }
                TypeKind::Enum(_) => {}
            }
        }
    }
}

/// Reports types that write their constant in one place, and have it written by a union in another.
fn check_constants(api: &Api, diagnostics: &mut Diagnostics) {
    for definition in api.types.iter().filter(|definition| matches!(definition.owner, Owner::Shared(_))) {
        let tagged = matches!(&definition.kind, TypeKind::Object(object) if object.constant.is_some());
        if tagged && definition.standalone && definition.variant {
            let message = format!(
                "`{}` is a variant of a tagged union in one place and a type of its own in another",
                definition.name
            );
            diagnostics.error(&definition.at, message, "define it twice, once for each use");
        }
    }
}
