//! Pages that list others, and the index that search reads.

use serde_json::{Value, json};

use super::html::{self, escape};
use super::page::{self, Document, inline, paragraph};
use super::{python, reach};
use crate::ir::types::Type;
use crate::ir::{Api, Service};

pub(super) fn root(api: &Api, crate_name: &str) -> String {
    let rows: String = api
        .services
        .iter()
        .map(|service| row(api, "", &page::service(service), &service.wire, &service.description))
        .collect();
    let revision =
        api.revision.as_ref().map(|revision| format!("<p class=\"facts\">Revision {}</p>\n", escape(revision)));
    let body = format!(
        "{}{}<h2>Services</h2>\n<table>\n{rows}</table>\n<p><a href=\"types/index.html\">All types</a> · \
         <a href=\"../doc/{crate_name}/index.html\">Docs of the Rust crate</a></p>\n",
        paragraph(api, "", &api.description),
        revision.unwrap_or_default()
    );
    document("", &api.title, Vec::new(), body)
}

pub(super) fn service(api: &Api, service: &Service) -> String {
    let methods: String = service
        .methods
        .iter()
        .map(|method| row(api, "../", &page::method(service, method), &method.wire, &method.description))
        .collect();
    let events: String = service
        .events
        .iter()
        .map(|event| {
            let shape = match &event.params {
                Type::Named(id) => api.get(*id).map(|it| python::body(api, it)).unwrap_or_default(),
                _ => String::new(),
            };
            format!(
                "<h3 id=\"event-{0}\">{0}</h3>\n{1}{2}",
                escape(&event.wire),
                paragraph(api, "../", &event.description),
                html::block(&shape)
            )
        })
        .collect();
    let body = format!(
        "{}<h2>Methods</h2>\n<table>\n{methods}</table>\n{}",
        paragraph(api, "../", &service.description),
        html::part("Events", &events)
    );
    document("../", &service.wire, vec![("index.html".to_owned(), api.title.clone())], body)
}

pub(super) fn types(api: &Api) -> String {
    let rows: String = reach::with_pages(api)
        .map(|(_, it)| {
            let path = page::type_path(api, it);
            row(api, "../", &path, &it.name, it.description.as_deref().unwrap_or_default())
        })
        .collect();
    let trail = vec![("index.html".to_owned(), api.title.clone())];
    document("../", "Types", trail, format!("<table>\n{rows}</table>\n"))
}

fn document(root: &'static str, title: &str, trail: Vec<(String, String)>, before: String) -> String {
    Document { root, title: title.to_owned(), trail, before, views: Vec::new(), after: String::new() }.html()
}

fn row(api: &Api, root: &str, path: &str, name: &str, text: &str) -> String {
    let text = inline(api, root, text);
    format!("<tr><td><a href=\"{root}{path}\">{}</a></td><td>{text}</td></tr>\n", escape(name))
}

/// What search reads: name, address and description of every page.
pub(super) fn search(api: &Api) -> String {
    let mut entries: Vec<Value> = Vec::new();
    for service in &api.services {
        entries.push(json!([service.wire, page::service(service), service.description]));
        for method in &service.methods {
            let name = format!("{} / {}", service.wire, method.wire);
            entries.push(json!([name, page::method(service, method), method.description]));
        }
        for event in &service.events {
            let path = format!("{}#event-{}", page::service(service), event.wire);
            entries.push(json!([format!("{} / {} (event)", service.wire, event.wire), path, event.description]));
        }
    }
    for (_, it) in reach::with_pages(api) {
        entries.push(json!([it.name, page::type_path(api, it), it.description.clone().unwrap_or_default()]));
    }
    let lines: Vec<String> = entries.iter().map(Value::to_string).collect();
    format!("window.searchIndex = [\n{}\n];\n", lines.join(",\n"))
}
