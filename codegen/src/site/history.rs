//! What each revision added or deprecated, as the definition marks it.

use std::collections::BTreeMap;

use super::{paths, reach};
use crate::ir::Api;
use crate::ir::types::{Deprecated, Type, TypeDef, TypeKind};

/// Something that a revision added or deprecated.
pub(super) struct Entry {
    /// What it is, as the first word of a sentence.
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Its address.
    pub(super) path: String,
    /// Whether it was deprecated, rather than added.
    pub(super) deprecated: bool,
    /// What to use instead.
    pub(super) note: Option<String>,
}

/// The entries of each revision, the latest revision first.
pub(super) fn revisions(api: &Api) -> Vec<(String, Vec<Entry>)> {
    let mut history = History::default();
    for service in &api.services {
        let path = paths::service(service);
        history.mark("Service", &service.wire, &path, service.since.as_deref(), None);
        for method in &service.methods {
            let (name, path) = (format!("{}.{}", service.wire, method.wire), paths::method(service, method));
            history.mark("Method", &name, &path, method.since.as_deref(), method.deprecated.as_ref());
            history.members(api, &method.params, &name, &path);
            history.members(api, &method.result, &name, &path);
        }
        for event in &service.events {
            let (name, path) = (format!("{}.{}", service.wire, event.wire), paths::event(service, event));
            history.mark("Event", &name, &path, event.since.as_deref(), None);
            history.members(api, &event.params, &name, &path);
        }
    }
    for (_, definition) in reach::with_pages(api) {
        let path = paths::type_page(api, definition);
        history.mark("Type", &definition.name, &path, definition.since.as_deref(), definition.deprecated.as_ref());
        history.members_of(definition, &definition.name, &path);
    }
    for error in &api.errors {
        history.mark("Error", &error.code, &paths::error(&error.code), error.since.as_deref(), None);
    }
    history.0.into_iter().rev().collect()
}

#[derive(Default)]
struct History(BTreeMap<String, Vec<Entry>>);

impl History {
    fn mark(
        &mut self,
        kind: &'static str,
        name: &str,
        path: &str,
        since: Option<&str>,
        deprecated: Option<&Deprecated>,
    ) {
        let mut add = |revision: &str, deprecated: bool, note: Option<String>| {
            let entry = Entry { kind, name: name.to_owned(), path: path.to_owned(), deprecated, note };
            self.0.entry(revision.to_owned()).or_default().push(entry);
        };
        if let Some(revision) = since {
            add(revision, false, None);
        }
        if let Some(mark) = deprecated {
            add(&mark.since, true, Some(format!("use {}", mark.instead)));
        }
    }

    /// The members of the params or the result of a method, or of the params of an event.
    fn members(&mut self, api: &Api, ty: &Type, owner: &str, path: &str) {
        if let Type::Named(id) = ty
            && let Some(definition) = api.get(*id).filter(|it| !reach::has_page(api, *id, it))
        {
            self.members_of(definition, owner, path);
        }
    }

    fn members_of(&mut self, definition: &TypeDef, owner: &str, path: &str) {
        let name = |member: &str| format!("{owner}: {member}");
        match &definition.kind {
            TypeKind::Object(object) => {
                for field in &object.fields {
                    self.mark("Member", &name(&field.wire), path, field.since.as_deref(), field.deprecated.as_ref());
                }
            }
            TypeKind::Enum(set) => {
                for value in &set.values {
                    self.mark("Value", &name(&value.wire), path, value.since.as_deref(), None);
                }
            }
            TypeKind::Union(union) => {
                for variant in &union.variants {
                    self.mark("Alternative", &name(&variant.wire), path, variant.since.as_deref(), None);
                }
            }
        }
    }
}
