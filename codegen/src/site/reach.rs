//! Which named types a method reaches, and which types have a page.

use std::fmt::Write;

use super::{html, page};
use crate::ir::types::{Owner, Type, TypeDef, TypeId, TypeKind};
use crate::ir::{Api, Method};

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
        for error in api.errors_of(method) {
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
                let definition = api.get(*id).into_iter();
                definition.flat_map(|it| it.kind.members()).for_each(|ty| self.add(api, ty));
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

/// Types inline on demand: what `text` gives of each, as name and code.
pub(super) fn details(
    api: &Api,
    reached: &Reached,
    text: impl Fn(TypeId, &TypeDef) -> Option<(String, String)>,
) -> String {
    let mut all = String::new();
    for id in &reached.types {
        let Some(definition) = api.get(*id).filter(|it| has_page(api, *id, it)) else { continue };
        if let Some((name, text)) = text(*id, definition) {
            let path = page::type_path(api, definition);
            let _ = write!(
                all,
                "<details><summary>{}</summary>\n{}<p><a href=\"../{path}\">Page of {}</a></p></details>\n",
                html::escape(&name),
                html::block(&text),
                html::escape(&name)
            );
        }
    }
    if all.is_empty() { all } else { format!("<h3>Types named there</h3>\n{all}") }
}
