//! What search finds: an entry for everything that has a name.

use serde_json::{Value, json};

use super::{code, paths, reach};
use crate::ir::Api;
use crate::ir::types::{Type, TypeDef, TypeKind};

/// The script with the index: `[kind, name, where it belongs, address, description]` of each entry.
pub(super) fn index(api: &Api) -> String {
    let mut index = Index::default();
    index.add("page", &api.title, "", paths::OVERVIEW, &api.description);
    for service in &api.services {
        index.add("service", &service.wire, "", &paths::service(service), &service.description);
        for method in &service.methods {
            let path = paths::method(service, method);
            index.add("method", &method.wire, &service.wire, &path, &method.description);
            let owner = format!("{} / {}", service.wire, method.wire);
            index.members(api, "parameter", &method.params, &owner, &path);
            index.members(api, "result", &method.result, &owner, &path);
        }
        for event in &service.events {
            let path = paths::event(service, event);
            index.add("event", &event.wire, &service.wire, &path, &event.description);
            index.members(api, "parameter", &event.params, &format!("{} / {}", service.wire, event.wire), &path);
        }
    }
    for (_, definition) in reach::with_pages(api) {
        let path = paths::type_page(api, definition);
        index.add("type", &definition.name, "", &path, definition.description.as_deref().unwrap_or_default());
        index.members_of("member", definition, &definition.name, &path);
    }
    for error in &api.errors {
        index.add("error", &error.code, "", &paths::error(&error.code), &error.description);
    }
    let about = "The bytes that travel: varints, requests, responses, the WebSocket, events, tensors; big-endian, little-endian.";
    index.add("page", "Frames", "", paths::FRAMES, about);
    index.add("page", "Errors", "", paths::ERRORS, "Every error code, and the methods that fail with it.");
    index.add("page", "Types", "", paths::TYPES, "Every type.");
    index.add("page", "Changes", "", paths::CHANGES, "What each revision added or deprecated.");
    let lines: Vec<String> = index.0.iter().map(Value::to_string).collect();
    format!("window.searchIndex = [\n{}\n];\n", lines.join(",\n"))
}

#[derive(Default)]
struct Index(Vec<Value>);

impl Index {
    fn add(&mut self, kind: &str, name: &str, owner: &str, path: &str, text: &str) {
        self.0.push(json!([kind, name, owner, path.trim_start_matches('/'), text.replace('`', "")]));
    }

    /// The members of a type that has no page of its own.
    fn members(&mut self, api: &Api, kind: &str, ty: &Type, owner: &str, path: &str) {
        if let Type::Named(id) = ty
            && let Some(definition) = api.get(*id).filter(|it| !reach::has_page(api, *id, it))
        {
            self.members_of(kind, definition, owner, path);
        }
    }

    fn members_of(&mut self, kind: &str, definition: &TypeDef, owner: &str, path: &str) {
        let mut add = |kind: &str, name: &str, text: Option<&String>| {
            let path = format!("{path}#field-{}", code::key(name));
            self.add(kind, name, owner, &path, text.map(String::as_str).unwrap_or_default());
        };
        match &definition.kind {
            TypeKind::Object(it) => it.fields.iter().for_each(|it| add(kind, &it.wire, it.description.as_ref())),
            TypeKind::Enum(it) => it.values.iter().for_each(|it| add("value", &it.wire, it.description.as_ref())),
            TypeKind::Union(it) => {
                it.variants.iter().for_each(|it| add("alternative", &it.wire, it.description.as_ref()))
            }
        }
    }
}
