//! The definition file as it is written: a plain mirror, nothing resolved.
//!
//! `schema/api.schema.json` is derived from these types, so their docs are what an editor shows, and the order of
//! their fields is the order of keywords in which `cargo xtask fmt-schema` writes.

pub(crate) mod methods;
pub(crate) mod types;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::spanned::{Map, Spanned};
use methods::{Event, Method};
use types::Schema;

/// An API definition: a JSON Schema document (`$defs`) that also carries services, methods, events and errors.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// The schema of this format, for editors.
    #[serde(rename = "$schema")]
    pub _schema: Option<String>,
    /// The API's name.
    pub title: String,
    /// The version of the definition, a semantic version such as `1.0.0`. Default: `0.0.0`.
    pub version: Option<Spanned<String>>,
    /// The revision of the API that this definition describes.
    pub revision: Option<String>,
    /// What the API is, in a few words.
    pub summary: Option<Spanned<String>>,
    /// What the API is for.
    pub description: String,
    /// The license of the definition.
    pub license: Option<Spanned<License>>,
    /// Whom to ask about the API.
    pub contact: Option<Spanned<Contact>>,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub _comment: Option<String>,
    /// A prefix of type names that is left off where names have a namespace of their own.
    pub type_prefix: Option<String>,
    /// Where the API is served.
    pub endpoints: Option<Endpoints>,
    /// The prefix of the environment variables that configure clients: with `SHOP`, they are `SHOP_API_KEY`, `SHOP_HTTP_URL`
    /// and `SHOP_WS_URL`. Default: the title in upper case.
    pub environment: Option<Spanned<String>>,
    /// The client for TypeScript, whose calls the reference shows.
    pub typescript_client: Option<TypescriptClient>,
    /// The shared types, by name.
    #[serde(rename = "$defs", default)]
    pub defs: Map<Schema>,
    /// The error codes, by name.
    #[serde(default)]
    pub errors: Map<ErrorCode>,
    /// Sets of error codes that several methods share, by name.
    #[serde(default)]
    pub error_sets: Map<ErrorSet>,
    /// The services, by their name on the wire.
    pub services: Map<Service>,
}

/// A license.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// Its name.
    pub name: String,
    /// The same as an SPDX expression, such as `MIT OR Apache-2.0`.
    pub identifier: Option<String>,
    /// Where its text is, if it has no identifier.
    pub url: Option<String>,
}

/// Whom to ask.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Name of a person or an organization.
    pub name: Option<String>,
    /// A page.
    pub url: Option<String>,
    /// An email address.
    pub email: Option<String>,
}

/// Where the API is served.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Base URL of calls over HTTP.
    pub http: String,
    /// URL of the WebSocket.
    pub websocket: Option<String>,
}

/// The client for TypeScript.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypescriptClient {
    /// Name of the npm package.
    pub package: String,
    /// Name of the class that the package exports.
    pub class: String,
}

/// An error code.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorCode {
    /// The code on the wire. Default: the entry's name.
    pub code: Option<Spanned<String>>,
    /// What went wrong, as one sentence.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub _comment: Option<String>,
    /// What the error carries besides its code.
    pub fields: Option<Spanned<Schema>>,
    /// That servers reject requests which they cannot read with this error.
    #[serde(rename = "invalidRequest")]
    pub invalid_request: Option<Spanned<InvalidRequest>>,
    /// Whether the same call may succeed later.
    #[serde(default)]
    pub retryable: bool,
    /// The revision that added the code.
    pub since: Option<Spanned<String>>,
}

/// The fields of the error for requests that a server cannot read.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InvalidRequest {
    /// The field with the path of the parameter that is missing or invalid.
    pub parameter: String,
    /// The field that says what is wrong with it.
    pub reason: String,
}

/// Error codes that several methods share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorSet {
    /// What the codes have in common.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub _comment: Option<String>,
    /// Names of entries of `errors`.
    pub errors: Vec<Spanned<String>>,
    /// Whether the codes are one type, which the error types of methods with this set contain, instead of codes of each
    /// method.
    #[serde(default)]
    pub shared: bool,
}

/// A group of methods.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What the service is for.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub _comment: Option<String>,
    /// The methods, by their name on the wire.
    pub methods: Map<Method>,
    /// The events that the server sends, by their name on the wire.
    #[serde(default)]
    pub events: Map<Event>,
    /// The revision that added the service.
    pub since: Option<Spanned<String>>,
}
