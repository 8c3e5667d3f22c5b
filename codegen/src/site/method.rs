//! The page of a method.

use std::fmt::Write;

use super::page::{self, View};
use super::prose::{escape, inline, paragraph};
use super::reach::{self, Reached};
use super::{Site, code, frame, python, rust, typescript};
use crate::ir::{Method, Service, Transport, TypeDef};

const ROOT: &str = "../";

pub(super) fn page(site: &Site<'_>, service: usize, method: &Method) -> String {
    let Some(service) = site.api.services.get(service) else { return String::new() };
    let reached = Reached::from_method(site.api, method);
    let views = [
        View { id: "rust", html: rust::view(site, service, method, &reached) },
        View { id: "typescript", html: typescript::view(site, service, method, &reached) },
        View { id: "python", html: python::view(site, method, &reached) },
        View { id: "frame", html: frame::view(site, service, method) },
    ];
    let trail = [("index.html".to_owned(), site.api.title.clone()), (page::service(service), service.wire.clone())];
    let body = format!(
        "{}{}<!--views-->{}",
        paragraph(site.api, ROOT, &method.description),
        facts(site, service, method),
        errors(site, method)
    );
    page::document(ROOT, &format!("{} / {}", service.wire, method.wire), &trail, &views, &body)
}

/// Types inline on demand: what `text` gives of each, as name and code.
pub(super) fn details(
    site: &Site<'_>,
    reached: &Reached,
    text: impl Fn(&TypeDef) -> Option<(String, String)>,
) -> String {
    let mut html = String::new();
    for id in &reached.types {
        let Some(definition) = site.api.get(*id).filter(|it| reach::has_page(site.api, *id, it)) else { continue };
        if let Some((name, text)) = text(definition) {
            let path = page::type_path(site.api, definition);
            let _ = write!(
                html,
                "<details><summary>{}</summary>\n{}<p><a href=\"{ROOT}{path}\">Page of {}</a></p></details>\n",
                escape(&name),
                code::block(&text),
                escape(&name)
            );
        }
    }
    if html.is_empty() { html } else { format!("<h3>Types named there</h3>\n{html}") }
}

fn facts(site: &Site<'_>, service: &Service, method: &Method) -> String {
    let way = match &method.transport {
        Transport::Http => "Over HTTP".to_owned(),
        Transport::WebSocket => "On the WebSocket".to_owned(),
        Transport::WebSocketUnless { param, equals } => {
            format!("On the WebSocket, unless <code>{param}</code> is <code>{equals}</code>")
        }
        Transport::OpenWebSocketElse { .. } => "On a WebSocket that is open".to_owned(),
    };
    let mut facts = vec![way];
    facts.push(if method.idempotent { "safe to repeat" } else { "not safe to repeat" }.to_owned());
    facts.extend(method.deadline_seconds.map(|seconds| format!("may take {seconds} seconds")));
    facts.extend(method.since.as_ref().map(|since| format!("since {}", escape(since))));
    facts.extend(
        method
            .deprecated
            .as_ref()
            .map(|it| format!("deprecated since {}: use {}", escape(&it.since), inline(site.api, ROOT, &it.instead))),
    );
    format!(
        "<p class=\"facts\">{} · <a href=\"{}\">Docs in Rust</a></p>\n",
        facts.join(" · "),
        rust::method_doc(service, method)
    )
}

fn errors(site: &Site<'_>, method: &Method) -> String {
    let mut rows = String::new();
    for error in method.errors.iter().filter_map(|index| site.api.errors.get(*index)) {
        let retry = if error.retryable { " The same call may succeed later." } else { "" };
        let _ = writeln!(
            rows,
            "<tr><td><code>{}</code></td><td>{}{retry}</td></tr>",
            escape(&error.code),
            inline(site.api, ROOT, &error.description)
        );
    }
    if rows.is_empty() { rows } else { code::part("What the errors mean", &format!("<table>\n{rows}</table>\n")) }
}
