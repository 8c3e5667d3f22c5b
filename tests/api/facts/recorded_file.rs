//! The format of the facts file.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub(super) struct File {
    pub(super) revision: String,
    pub(super) defaults: Endpoints,
    pub(super) method_counts: Counts,
    pub(super) types: BTreeMap<String, Shape>,
    #[serde(deserialize_with = "in_order")]
    pub(super) apis: Vec<(String, Service)>,
}

#[derive(Deserialize)]
pub(super) struct Endpoints {
    pub(super) http: String,
    pub(super) ws: String,
}

#[derive(Deserialize)]
pub(super) struct Counts {
    pub(super) total: usize,
    pub(super) event_total: usize,
}

// Unknown keys below are errors, so that no recorded fact is ignored.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    #[serde(rename = "client_namespace")]
    _client_namespace: String,
    #[serde(deserialize_with = "in_order")]
    pub(super) methods: Vec<(String, Method)>,
    #[serde(deserialize_with = "in_order")]
    pub(super) events: Vec<(String, Event)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Method {
    pub(super) params: Vec<Field>,
    pub(super) result: Shape,
    pub(super) errors: Vec<Codes>,
    pub(super) transport: String,
    pub(super) request_blobs: Vec<Blob>,
    pub(super) response_blobs: Vec<Blob>,
    pub(super) wire_param_changes: Vec<Change>,
    pub(super) wire_result_changes: Vec<Change>,
    pub(super) keepalive: Option<KeepAlive>,
    #[serde(default)]
    pub(super) server_defaults: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) result_exactly_one_of: Vec<String>,
    /// About the source, not about the API.
    #[serde(rename = "doc_hint")]
    _doc_hint: Value,
    #[serde(rename = "source_bug", default)]
    _source_bug: Value,
    /// What a client sends by mistake.
    #[serde(rename = "wire_name", default)]
    _wire_name: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) params: Vec<Field>,
    pub(super) blob_field: Option<String>,
    pub(super) keepalive: Option<KeepAlive>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepAlive {
    pub(super) op: String,
    pub(super) id_from: String,
    pub(super) when: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Codes {
    pub(super) codes: Vec<String>,
    pub(super) fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Blob {
    pub(super) rule: String,
    pub(super) path: Option<String>,
    pub(super) to: Option<String>,
    pub(super) names_to: Option<String>,
    pub(super) names_from: Option<String>,
    pub(super) keys_from: Option<String>,
    pub(super) indexes_from: Option<String>,
    pub(super) only_if_present: Option<String>,
    #[serde(default)]
    pub(super) accept: BTreeSet<String>,
    #[serde(default)]
    pub(super) when: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    pub(super) op: String,
    pub(super) path: String,
    pub(super) from: Option<String>,
    #[serde(default)]
    pub(super) when: Vec<Condition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) path: String,
    pub(super) equals: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) optional: bool,
    #[serde(rename = "type")]
    pub(super) shape: Shape,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Shape {
    String,
    Boolean,
    Number,
    Bigint,
    Buffer,
    Tensor,
    Enum { values: Vec<String> },
    Array { items: Box<Shape> },
    Object { fields: Vec<Field> },
    Union { discriminator: String, variants: Vec<Variant> },
    AnyOf { options: Vec<Shape> },
    Ref { name: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Variant {
    pub(super) tags: Vec<String>,
    pub(super) fields: Vec<Field>,
}

fn in_order<'de, D: Deserializer<'de>, T: DeserializeOwned>(source: D) -> Result<Vec<(String, T)>, D::Error> {
    let entries = Option::<Map<String, Value>>::deserialize(source)?.unwrap_or_default();
    entries.into_iter().map(|(name, value)| Ok((name, T::deserialize(value).map_err(D::Error::custom)?))).collect()
}
