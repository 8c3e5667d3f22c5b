//! Which named types a place leads to, and which have a page.

use crate::ir::{Api, Method, Owner, Type, TypeDef, TypeId, TypeKind};

/// Named types that are reached, outer before inner, and whether tensors are.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) types: Vec<TypeId>,
    pub(super) tensors: bool,
}

impl Reached {
    pub(super) fn from_method(api: &Api, method: &Method) -> Self {
        let mut reached = Self::default();
        reached.add(api, &method.params);
        reached.add(api, &method.result);
        for error in method.errors.iter().filter_map(|index| api.errors.get(*index)) {
            error.fields.iter().for_each(|fields| reached.add(api, fields));
        }
        reached
    }

    /// Adds a type and all it leads to.
    pub(super) fn add(&mut self, api: &Api, ty: &Type) {
        match ty {
            Type::List(items) => self.add(api, items),
            Type::Tensor => self.tensors = true,
            Type::Named(id) if !self.types.contains(id) => {
                self.types.push(*id);
                match api.get(*id).map(|definition| &definition.kind) {
                    Some(TypeKind::Object(object)) => {
                        object.fields.iter().for_each(|field| self.add(api, &field.ty));
                    }
                    Some(TypeKind::Union(union)) => {
                        union.variants.iter().filter_map(|it| it.payload.as_ref()).for_each(|ty| self.add(api, ty));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// Types that have a page: all but params and results, which are on the page of their method.
pub(super) fn with_pages(api: &Api) -> impl Iterator<Item = (TypeId, &TypeDef)> {
    let all = api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
    all.filter(|(id, definition)| has_page(api, *id, definition))
}

pub(super) fn has_page(api: &Api, id: TypeId, definition: &TypeDef) -> bool {
    let is_bare = matches!(&definition.kind, TypeKind::Object(it) if it.constant.is_some() && it.fields.is_empty());
    let ends = |method: &Method| [&method.params, &method.result].contains(&&Type::Named(id));
    let is_end = match definition.owner {
        Owner::Method(service, method) => {
            api.services.get(service).and_then(|service| service.methods.get(method)).is_some_and(ends)
        }
        Owner::Shared(_) | Owner::Errors | Owner::Event(..) => false,
    };
    !definition.services.is_empty() && (definition.standalone || !is_bare) && !is_end
}
