//! The definition's prose as HTML.

use super::page;
use crate::ir::Api;

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text with what stands between backticks as code, and methods that are mentioned as links.
pub(super) fn inline(api: &Api, root: &str, text: &str) -> String {
    let pieces = text.split('`').enumerate().map(|(index, piece)| match index % 2 {
        0 => escape(piece),
        _ => match mentioned(api, piece) {
            Some(path) => format!("<a href=\"{root}{path}\"><code>{}</code></a>", escape(piece)),
            None => format!("<code>{}</code>", escape(piece)),
        },
    });
    pieces.collect()
}

pub(super) fn paragraph(api: &Api, root: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{}</p>\n", inline(api, root, text)) }
}

fn mentioned(api: &Api, name: &str) -> Option<String> {
    let (service, method) = name.split_once('.')?;
    let service = api.services.iter().find(|candidate| candidate.wire == service)?;
    let method = service.methods.iter().find(|candidate| candidate.wire == method)?;
    Some(page::method(service, method))
}
