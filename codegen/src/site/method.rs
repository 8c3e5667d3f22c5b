//! The page of a method.

use std::fmt::Write;

use super::html::{self, escape};
use super::page::{self, Document, View, inline, paragraph};
use super::reach::Reached;
use super::{frame, python, rust, typescript};
use crate::ir::{Api, Method, Service, Transport};

const ROOT: &str = "../";

pub(super) fn page(api: &Api, service: &Service, method: &Method, in_rust: &rust::View<'_>) -> String {
    let reached = Reached::from_method(api, method);
    let views = vec![
        View { id: "rust", html: in_rust.method(service, method, &reached) },
        View { id: "typescript", html: typescript::view(api, service, method, &reached) },
        View { id: "python", html: python::view(api, method, &reached) },
        View { id: "frame", html: frame::view(api, service, method) },
    ];
    let trail = vec![("index.html".to_owned(), api.title.clone()), (page::service(service), service.wire.clone())];
    let title = format!("{} / {}", service.wire, method.wire);
    let before = paragraph(api, ROOT, &method.description) + &facts(api, service, method, in_rust);
    Document { root: ROOT, title, trail, before, views, after: errors(api, method) }.html()
}

fn facts(api: &Api, service: &Service, method: &Method, in_rust: &rust::View<'_>) -> String {
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
            .map(|it| format!("deprecated since {}: use {}", escape(&it.since), inline(api, ROOT, &it.instead))),
    );
    format!(
        "<p class=\"facts\">{} · <a href=\"{}\">Docs in Rust</a></p>\n",
        facts.join(" · "),
        in_rust.method_doc(service, method)
    )
}

fn errors(api: &Api, method: &Method) -> String {
    let mut rows = String::new();
    for error in api.errors_of(method) {
        let retry = if error.retryable { " The same call may succeed later." } else { "" };
        let _ = writeln!(
            rows,
            "<tr><td><code>{}</code></td><td>{}{retry}</td></tr>",
            escape(&error.code),
            inline(api, ROOT, &error.description)
        );
    }
    if rows.is_empty() { rows } else { html::part("What the errors mean", &format!("<table>\n{rows}</table>\n")) }
}
