//! Objects that say why something failed, and unions that are an outcome.

use crate::diag::{Diagnostics, did_you_mean};
use crate::ir::Api;
use crate::ir::types::{Object, Type, TypeDef, TypeKind, Union, UnionStyle};

/// Checks the keywords, and marks the unions that have a text as they are reasons.
pub(super) fn check(api: &mut Api, diagnostics: &mut Diagnostics) {
    let mut reasons: Vec<Type> = Vec::new();
    for definition in &api.types {
        match &definition.kind {
            TypeKind::Object(object) => reasons.extend(reason(api, definition, object, diagnostics)),
            TypeKind::Union(union) => check_outcome(api, definition, union, diagnostics),
            TypeKind::Enum(_) => {}
        }
    }
    while let Some(reason) = reasons.pop() {
        let Type::Named(id) = reason else { continue };
        let fields = api.union(&reason).into_iter().flat_map(|union| &union.variants);
        let fields = fields.filter_map(|variant| Some(&api.object(variant.payload.as_ref()?)?.fields)).flatten();
        let parts: Vec<Type> = fields.map(|field| field.ty.clone()).filter(|ty| is_tagged(api, ty)).collect();
        if let Some(definition) = api.types.get_mut(id.0).filter(|definition| !definition.is_reason) {
            definition.is_reason = matches!(definition.kind, TypeKind::Union(_));
            reasons.extend(parts);
        }
    }
}

/// The type of the property that an object names as its reason.
fn reason(api: &Api, definition: &TypeDef, object: &Object, diagnostics: &mut Diagnostics) -> Option<Type> {
    let name = object.reason.as_ref()?;
    let field = object.field(name).filter(|field| field.required);
    let is_text = |ty: &Type| match ty {
        Type::Named(id) => {
            let is_enum = |definition: &TypeDef| matches!(definition.kind, TypeKind::Enum(_));
            is_tagged(api, ty) || api.get(*id).is_some_and(is_enum)
        }
        ty => *ty == Type::String,
    };
    match field {
        Some(field) if is_text(&field.ty) => Some(field.ty.clone()),
        Some(field) => {
            let help = "name a string, an enum, or a union distinguished by a tag";
            diagnostics.error(&field.at, format!("the reason `{name}` has no text"), help);
            None
        }
        None => {
            let required = object.fields.iter().filter(|field| field.required).map(|field| field.wire.as_str());
            let help = did_you_mean(name, required, "name a required property");
            diagnostics.error(&definition.at, format!("the reason `{name}` is not a required property"), help);
            None
        }
    }
}

fn is_tagged(api: &Api, ty: &Type) -> bool {
    api.union(ty).is_some_and(|union| matches!(union.style, UnionStyle::Tagged { .. }))
}

fn check_outcome(api: &Api, definition: &TypeDef, union: &Union, diagnostics: &mut Diagnostics) {
    let Some(outcome) = &union.outcome else { return };
    if union.style != UnionStyle::Keyed || union.variants.len() != 2 {
        let help = "give it two alternatives with one required property each, or remove `outcome`";
        diagnostics.error(&definition.at, "only a union of two keys can be an outcome", help);
        return;
    }
    let keys = || union.variants.iter().map(|variant| variant.wire.as_str());
    for key in [&outcome.ok, &outcome.error].into_iter().filter(|key| !keys().any(|known| known == **key)) {
        let help = did_you_mean(key, keys(), "name a key of the union");
        diagnostics.error(&outcome.at, format!("`{key}` is not a key of this union"), help);
    }
    if outcome.ok == outcome.error {
        let help = "name the two keys of the union";
        diagnostics.error(&outcome.at, format!("`{}` cannot be both `ok` and `error`", outcome.ok), help);
    }
    let failure = union.variants.iter().find(|variant| variant.wire == outcome.error);
    let is_error = |ty| api.object(ty).is_some_and(|object| object.reason.is_some());
    if let Some(failure) = failure.filter(|failure| !failure.payload.as_ref().is_some_and(is_error)) {
        let help = "make it an object, and name with `reason` its property that says why it failed";
        diagnostics.error(&failure.at, format!("the failure `{}` has no `reason`", failure.wire), help);
    }
}
