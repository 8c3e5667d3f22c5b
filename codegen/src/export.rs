//! The model → files for other languages: one emitter an export.
//!
//! What each tool can read shapes them; `schema/README.md` says how.

mod asyncapi;
mod bundle;
mod extensions;
mod fields;
pub(crate) mod frame;
mod info;
mod names;
mod openapi;
mod reader;
mod schemas;
pub(crate) mod typescript;

use serde_json::Value;

use crate::ir::Api;
use crate::output::Files;
use schemas::Dialect;

/// Emits every export; file names begin with `name`.
pub(crate) fn emit(api: &Api, name: &str) -> Files {
    let mut files = Files::from([
        (format!("{name}.d.ts"), typescript::emit(api)),
        (format!("{name}.bundle.schema.json"), text(&bundle::emit(api))),
        (format!("{name}.reader.schema.json"), text(&reader::emit(api))),
        ("openapi.json".to_owned(), text(&openapi::emit(api, Dialect::OpenApi31))),
        ("openapi-3.0.json".to_owned(), text(&openapi::emit(api, Dialect::OpenApi30))),
    ]);
    files.extend(asyncapi::emit(api).map(|document| ("asyncapi.json".to_owned(), text(&document))));
    files
}

fn text(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
