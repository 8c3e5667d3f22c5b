//! Pages that list others, and the index that search reads.

use serde_json::{Value, json};

use super::page;
use super::prose::{escape, inline, paragraph};
use super::{Site, code, python, reach};
use crate::ir::Service;

pub(super) fn root(site: &Site<'_>) -> String {
    let rows: String = site
        .api
        .services
        .iter()
        .map(|service| row(site, "", &page::service(service), &service.wire, &service.description))
        .collect();
    let revision =
        site.api.revision.as_ref().map(|revision| format!("<p class=\"facts\">Revision {}</p>\n", escape(revision)));
    let body = format!(
        "{}{}<h2>Services</h2>\n<table>\n{rows}</table>\n<p><a href=\"types/index.html\">All types</a> · \
         <a href=\"../doc/decthings/index.html\">Docs of the Rust crate</a></p>\n",
        paragraph(site.api, "", &site.api.description),
        revision.unwrap_or_default()
    );
    page::document("", &site.api.title, &[], &[], &body)
}

pub(super) fn service(site: &Site<'_>, service: &Service) -> String {
    let methods: String = service
        .methods
        .iter()
        .map(|method| row(site, "../", &page::method(service, method), &method.wire, &method.description))
        .collect();
    let events: String = service
        .events
        .iter()
        .map(|event| {
            let shape = match &event.params {
                crate::ir::Type::Named(id) => {
                    site.api.get(*id).map(|it| python::body(site.api, it)).unwrap_or_default()
                }
                _ => String::new(),
            };
            format!(
                "<h3 id=\"event-{0}\">{0}</h3>\n{1}{2}",
                escape(&event.wire),
                paragraph(site.api, "../", &event.description),
                code::block(&shape)
            )
        })
        .collect();
    let body = format!(
        "{}<h2>Methods</h2>\n<table>\n{methods}</table>\n{}",
        paragraph(site.api, "../", &service.description),
        code::part("Events", &events)
    );
    page::document("../", &service.wire, &[("index.html".to_owned(), site.api.title.clone())], &[], &body)
}

pub(super) fn types(site: &Site<'_>) -> String {
    let rows: String = reach::with_pages(site.api)
        .map(|(_, it)| {
            let path = page::type_path(site.api, it);
            row(site, "../", &path, &it.name, it.description.as_deref().unwrap_or_default())
        })
        .collect();
    let trail = [("index.html".to_owned(), site.api.title.clone())];
    page::document("../", "Types", &trail, &[], &format!("<table>\n{rows}</table>\n"))
}

fn row(site: &Site<'_>, root: &str, path: &str, name: &str, text: &str) -> String {
    let text = inline(site.api, root, text);
    format!("<tr><td><a href=\"{root}{path}\">{}</a></td><td>{text}</td></tr>\n", escape(name))
}

/// What search reads: name, address and description of every page.
pub(super) fn search(site: &Site<'_>) -> String {
    let mut entries: Vec<Value> = Vec::new();
    for service in &site.api.services {
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
    for (_, it) in reach::with_pages(site.api) {
        entries.push(json!([it.name, page::type_path(site.api, it), it.description.clone().unwrap_or_default()]));
    }
    let lines: Vec<String> = entries.iter().map(Value::to_string).collect();
    format!("window.searchIndex = [\n{}\n];\n", lines.join(",\n"))
}
