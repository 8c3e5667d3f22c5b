//! Which named types are reached from where, and which types have a page.

use maud::{Markup, html};

use super::code::Links;
use super::paths;
use super::prose::heading;
use crate::ir::types::{Owner, Type, TypeDef, TypeId, TypeKind};
use crate::ir::{Api, Event, Method};
use crate::naming;

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

    pub(super) fn from_event(api: &Api, event: &Event) -> Self {
        Self::from_type(api, &event.params)
    }

    pub(super) fn from_type(api: &Api, ty: &Type) -> Self {
        let mut reached = Self::default();
        reached.add(api, ty);
        reached
    }

    /// Adds a type and all it leads to.
    fn add(&mut self, api: &Api, ty: &Type) {
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

    /// Those with a page.
    pub(super) fn with_pages<'a>(&self, api: &'a Api) -> impl Iterator<Item = (TypeId, &'a TypeDef)> {
        let types = self.types.iter().filter_map(|id| Some((*id, api.get(*id)?)));
        types.filter(|(id, definition)| has_page(api, *id, definition))
    }

    /// Where the names of types lead, as Rust spells them and as the definition does.
    pub(super) fn links(&self, api: &Api) -> Links {
        let mut links = Links::new();
        for (_, definition) in self.with_pages(api) {
            let path = paths::type_page(api, definition);
            links.insert(definition.name.clone(), path.clone());
            links.insert(naming::type_name(api, definition), path);
        }
        if self.tensors {
            let path = format!("{}#tensors", paths::FRAMES);
            links.entry("Tensor".to_owned()).or_insert_with(|| path.clone());
            links.entry(format!("{}Tensor", api.type_prefix)).or_insert(path);
        }
        links
    }

    /// Their declarations, on demand: what `declaration` gives of each, as name and code.
    pub(super) fn details(
        &self,
        api: &Api,
        view: &str,
        declaration: impl Fn(TypeId, &TypeDef) -> Option<(String, Markup)>,
    ) -> Markup {
        let types: Vec<_> = self
            .with_pages(api)
            .filter_map(|(id, definition)| Some((definition, declaration(id, definition)?)))
            .collect();
        html! {
            @if !types.is_empty() {
                (heading(3, &format!("{view}-types"), "Types"))
                @for (definition, (name, code)) in types {
                    details.type {
                        summary { (name) }
                        (code)
                        p { a href=(paths::type_page(api, definition)) { "More about " code { (name) } } }
                    }
                }
            }
        }
    }
}

/// Types that have a page: all but params and results, which are on the page of their method or event.
pub(super) fn with_pages(api: &Api) -> impl Iterator<Item = (TypeId, &TypeDef)> {
    let all = api.types.iter().enumerate().map(|(id, definition)| (TypeId(id), definition));
    all.filter(|(id, definition)| has_page(api, *id, definition))
}

pub(super) fn has_page(api: &Api, id: TypeId, definition: &TypeDef) -> bool {
    let is_bare = matches!(&definition.kind, TypeKind::Object(it) if it.constant.is_some() && it.fields.is_empty());
    let service = |index: usize| api.services.get(index);
    let is_end = match definition.owner {
        Owner::Method(index, method) => service(index)
            .and_then(|it| it.methods.get(method))
            .is_some_and(|it| [&it.params, &it.result].contains(&&Type::Named(id))),
        Owner::Event(index, event) => {
            service(index).and_then(|it| it.events.get(event)).is_some_and(|it| it.params == Type::Named(id))
        }
        Owner::Shared(_) | Owner::Errors => false,
    };
    !definition.services.is_empty() && (definition.standalone || !is_bare) && !is_end
}

/// Whether any method or event has tensors.
pub(super) fn has_tensors(api: &Api) -> bool {
    let methods = api.services.iter().flat_map(|service| &service.methods);
    let events = api.services.iter().flat_map(|service| &service.events);
    methods.map(|it| Reached::from_method(api, it)).any(|it| it.tensors)
        || events.map(|it| Reached::from_event(api, it)).any(|it| it.tensors)
}
