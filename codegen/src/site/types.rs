//! The page of a type.

use super::html::{self, block, escape};
use super::page::{self, Document, View, paragraph};
use super::reach::Reached;
use super::{frame, python, rust, sample};
use crate::export::typescript;
use crate::ir::Api;
use crate::ir::types::{Type, TypeDef, TypeId};

const ROOT: &str = "../";

pub(super) fn page(api: &Api, id: TypeId, definition: &TypeDef, in_rust: &rust::View<'_>) -> String {
    let typescript = match typescript::shared_type(api, id) {
        Some(text) => block(&text),
        None => "<p>TypeScript writes this type in place, where it is used.</p>\n".to_owned(),
    };
    let detached = frame::Detached::new(&sample::of(api, &Type::Named(id)));
    let json = format!("<p>An example of its JSON.</p>\n{}", block(&frame::pretty(&detached.json)));
    let views = vec![
        View { id: "rust", html: in_rust.type_page(id, definition) },
        View { id: "typescript", html: typescript },
        View { id: "python", html: block(&format!("{} = {}", definition.name, python::body(api, definition))) },
        View { id: "frame", html: json },
    ];
    let mut users = String::new();
    for service in &api.services {
        for method in &service.methods {
            if Reached::from_method(api, method).types.contains(&id) {
                let path = page::method(service, method);
                users += &format!("<li><a href=\"{ROOT}{path}\">{} / {}</a></li>\n", service.wire, method.wire);
            }
        }
    }
    let users = if users.is_empty() { users } else { format!("<ul>\n{users}</ul>\n") };
    let trail = vec![("index.html".to_owned(), api.title.clone()), ("types/index.html".to_owned(), "Types".to_owned())];
    let about = paragraph(api, ROOT, definition.description.as_deref().unwrap_or_default());
    let old = definition.deprecated.as_ref().map(|it| {
        format!("<p class=\"facts\">Deprecated since {}: use {}.</p>\n", escape(&it.since), escape(&it.instead))
    });
    let before = about + &old.unwrap_or_default();
    let after = html::part("Used by", &users);
    Document { root: ROOT, title: definition.name.clone(), trail, before, views, after }.html()
}
