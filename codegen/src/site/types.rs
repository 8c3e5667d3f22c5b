//! The page of a type.

use super::page::{self, View};
use super::prose::{escape, paragraph};
use super::reach::Reached;
use super::{Site, code, frame, python, rust, sample};
use crate::ir::{Type, TypeDef, TypeId};

const ROOT: &str = "../";

pub(super) fn page(site: &Site<'_>, id: TypeId, definition: &TypeDef) -> String {
    let api = site.api;
    let (module, name) = rust::place(site, definition);
    let in_rust = site.rust.item(&module, &name).map(code::block).unwrap_or_default();
    let link = rust::type_doc(site, definition).map(|doc| format!("<p><a href=\"{doc}\">Docs in Rust</a></p>\n"));
    let typescript = match site.typescript.named(definition) {
        Some(text) => code::block(&text),
        None => "<p>TypeScript writes this type in place, where it is used.</p>\n".to_owned(),
    };
    let lifted = frame::Lifted::new(&sample::of(api, &Type::Named(id)));
    let views = [
        View { id: "rust", html: in_rust + &link.unwrap_or_default() },
        View { id: "typescript", html: typescript },
        View { id: "python", html: code::block(&format!("{} = {}", definition.name, python::body(api, definition))) },
        View {
            id: "frame",
            html: format!("<p>An example of its JSON.</p>\n{}", code::block(&frame::pretty(&lifted.json))),
        },
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
    let trail = [("index.html".to_owned(), api.title.clone()), ("types/index.html".to_owned(), "Types".to_owned())];
    let about = paragraph(api, ROOT, definition.description.as_deref().unwrap_or_default());
    let old = definition.deprecated.as_ref().map(|it| {
        format!("<p class=\"facts\">Deprecated since {}: use {}.</p>\n", escape(&it.since), escape(&it.instead))
    });
    let body = format!("{about}{}<!--views-->{}", old.unwrap_or_default(), code::part("Used by", &users));
    page::document(ROOT, &definition.name, &trail, &views, &body)
}
