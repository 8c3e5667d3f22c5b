//! Types that contain themselves: boxed where that gives them a size, reported where nothing can.

use std::collections::BTreeSet;

use crate::diag::Diagnostics;
use crate::ir::Api;
use crate::ir::types::{Type, TypeId, TypeKind};

pub(super) fn check(api: &mut Api, diagnostics: &mut Diagnostics) {
    report_endless(api, diagnostics);
    let cycles: Vec<BTreeSet<usize>> = (0..api.types.len()).map(|id| held_by_value(api, id)).collect();
    for id in 0..api.types.len() {
        // A member is boxed when it leads back to its owner without a list between them.
        let leads_back = |ty: &Type| matches!(ty, Type::Named(TypeId(target)) if *target == id || cycles.get(*target).is_some_and(|held| held.contains(&id)));
        let Some(definition) = api.types.get_mut(id) else { continue };
        match &mut definition.kind {
            TypeKind::Object(object) => {
                for field in &mut object.fields {
                    field.boxed = leads_back(&field.ty);
                }
            }
            TypeKind::Union(union) => {
                for variant in &mut union.variants {
                    variant.boxed = variant.payload.as_ref().is_some_and(&leads_back);
                }
            }
            TypeKind::Enum(_) => {}
        }
    }
}

/// Everything that a value of the type holds without a list between them.
fn held_by_value(api: &Api, id: usize) -> BTreeSet<usize> {
    let mut held = BTreeSet::new();
    let mut rest = vec![id];
    while let Some(id) = rest.pop() {
        let Some(definition) = api.types.get(id) else { continue };
        for member in definition.kind.members() {
            if let Type::Named(TypeId(target)) = member
                && held.insert(*target)
            {
                rest.push(*target);
            }
        }
    }
    held
}

/// Reports types of which no value can ever be finished.
fn report_endless(api: &Api, diagnostics: &mut Diagnostics) {
    let mut finite: BTreeSet<usize> = BTreeSet::new();
    loop {
        let before = finite.len();
        for (id, definition) in api.types.iter().enumerate() {
            let ends = |ty: &Type| !matches!(ty, Type::Named(TypeId(target)) if *target < api.types.len() && !finite.contains(target));
            let sound = match &definition.kind {
                TypeKind::Object(object) => {
                    object.fields.iter().filter(|field| field.required).all(|field| ends(&field.ty))
                }
                TypeKind::Union(union) => {
                    union.variants.iter().any(|variant| variant.payload.as_ref().is_none_or(ends))
                }
                TypeKind::Enum(_) => true,
            };
            if sound {
                finite.insert(id);
            }
        }
        if finite.len() == before {
            break;
        }
    }
    for (id, definition) in api.types.iter().enumerate() {
        if !finite.contains(&id) {
            let message = format!("`{}` requires itself, so that no value of it is finite", definition.name);
            diagnostics.error(
                &definition.at,
                message,
                "make the property that leads back optional, or put it in an array",
            );
        }
    }
}
