//! `*.bundle.schema.json`: pure JSON Schema 2020-12.

use serde_json::{Map, Value, json};

use super::info::ORIGIN;
use super::schemas::{Dialect, Schemas};
use crate::ir::Api;

pub(super) fn emit(api: &Api) -> Value {
    let mut schemas = Schemas::new(api, Dialect::JsonSchema);
    for service in &api.services {
        for method in &service.methods {
            schemas.request(method);
            schemas.response(service, method);
        }
        for event in &service.events {
            schemas.event(event);
        }
    }
    let entries = schemas.into_entries();
    // Tools start at the root, and leave out what it does not reach.
    let place = Dialect::JsonSchema.place();
    let all: Map<String, Value> =
        entries.keys().map(|name| (name.clone(), json!({ "$ref": format!("{place}{name}") }))).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": ORIGIN,
        "title": api.title,
        "description": format!(
            "{} This object only lists the types: the JSON of requests, responses and events.", api.description
        ),
        "type": "object",
        "properties": all,
        "$defs": entries
    })
}
