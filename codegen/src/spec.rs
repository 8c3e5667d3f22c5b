//! The definition file as it is written: a plain mirror, nothing resolved.
//!
//! `schema/api.schema.json` is derived from these types, so their docs are what an editor shows, and the order of
//! their fields is the order of keywords in which `cargo xtask fmt-schema` writes.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::spanned::{Map, Spanned};

/// An API definition: a JSON Schema document (`$defs`) that also carries services, methods, events and errors.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// The schema of this format, for editors.
    #[serde(rename = "$schema")]
    pub schema: Option<String>,
    /// The API's name.
    pub title: String,
    /// The revision of the API that this definition describes.
    pub revision: Option<String>,
    /// What the API is for.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub comment: Option<String>,
    /// A prefix of type names that is left off where names have a namespace of their own.
    pub type_prefix: Option<String>,
    /// Where the API is served.
    pub endpoints: Option<Endpoints>,
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

/// A type: a strict subset of JSON Schema 2020-12 and a few keywords of our own.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Schema {
    /// UpperCamelCase name of an inline type, or of an alternative of a union.
    pub title: Option<Spanned<String>>,
    /// What the value means, in full sentences.
    pub description: Option<String>,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub comment: Option<String>,
    /// A type of `$defs`: `#/$defs/Name`.
    #[serde(rename = "$ref")]
    pub reference: Option<Spanned<String>>,
    /// The JSON type.
    #[serde(rename = "type")]
    pub kind: Option<Spanned<Kind>>,
    /// Width of a number (`int32`, `int64`, `uint32`, `uint64`, `float`, `double`), `binary` for bytes, or `tensor`.
    pub format: Option<Spanned<Format>>,
    /// `base64` for bytes that travel as text inside the JSON.
    pub content_encoding: Option<Spanned<Encoding>>,
    /// The type of an array's elements.
    pub items: Option<Box<Spanned<Schema>>>,
    /// The members of an object.
    pub properties: Option<Map<Schema>>,
    /// The members of an object that are always present.
    pub required: Option<Vec<Spanned<String>>>,
    /// The one value of a property that distinguishes the variants of a union.
    #[serde(rename = "const")]
    pub constant: Option<Spanned<String>>,
    /// The known values of a string.
    #[serde(rename = "enum")]
    pub values: Option<Vec<Spanned<String>>>,
    /// What the values of `enum` mean.
    pub enum_descriptions: Option<Map<String>>,
    /// Names for values of `enum` whose own would collide in generated code.
    pub enum_identifiers: Option<Map<String>>,
    /// The revisions that added values of `enum`.
    pub enum_since: Option<Map<Spanned<String>>>,
    /// The alternatives of a union.
    pub one_of: Option<Vec<Spanned<Schema>>>,
    /// How the bytes or tensors of the property travel beside the JSON.
    pub blob: Option<Spanned<Blob>>,
    /// Whether the bytes may be given as text, meaning its UTF-8.
    pub accepts_text: Option<bool>,
    /// The value that the server uses when the property is absent.
    pub default: Option<Spanned<Value>>,
    /// What the server uses when the property is absent, in words such as `everything`, where that is no literal value.
    pub defaults_to: Option<Spanned<String>>,
    /// Other spellings of the property's name that a reader accepts.
    pub aliases: Option<Vec<Spanned<String>>>,
    /// Values to show in examples.
    pub examples: Option<Vec<Spanned<Value>>>,
    /// The name in generated code, where the wire's own would collide.
    pub identifier: Option<Spanned<String>>,
    /// The revision that added it.
    pub since: Option<Spanned<String>>,
    /// Since when, and for what, this should not be used any more.
    pub deprecated: Option<Deprecated>,
    /// What the API's reference declares instead, where that is wrong. Exports that follow the reference keep it.
    pub declared: Option<Spanned<Declared>>,
}

/// What the API's reference declares in place of this.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// How it differs.
    #[serde(rename = "as")]
    pub how: DeclaredAs,
    /// Why it is wrong, in a sentence.
    pub why: String,
}

/// How a declaration differs from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeclaredAs {
    /// A property that is always present.
    Required,
    /// A property with one item in place of the list.
    Item,
    /// No such variant of the union.
    Absent,
}

/// A JSON type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    String,
    Boolean,
    Integer,
    Number,
    Array,
    Object,
}

/// What a JSON type holds more exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Format {
    Int32,
    Int64,
    Uint32,
    Uint64,
    Float,
    Double,
    Binary,
    Tensor,
}

/// How bytes are written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Standard base64 with padding.
    Base64,
}

/// How bytes or tensors travel beside the JSON.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected `bytes`, `tensor`, `tensors`, `entries`, {\"keyed\": …} or {\"entries\": …}")]
pub enum Blob {
    /// One of the plain rules.
    Plain(PlainBlob),
    /// Bytes by name: the names stay in the JSON under the given key.
    Keyed(KeyedBlob),
    /// Dataset entries of a response: names and indexes stay in the JSON.
    IndexedEntries(IndexedEntriesBlob),
}

/// A rule that needs nothing but its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlainBlob {
    /// The bytes are one blob.
    Bytes,
    /// The tensor is one blob.
    Tensor,
    /// Zero or more tensors, back to back, are one blob.
    Tensors,
    /// Dataset entries of a request: one tensor a blob, entry by entry, keys sorted.
    Entries,
}

/// Bytes by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyedBlob {
    /// The key under which the JSON lists the names.
    pub keyed: String,
    /// Where that key is: beside the property (default), or at the `root`.
    pub at: Option<KeyedAt>,
}

/// Where the list of names is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyedAt {
    /// At the top of the parameters.
    Root,
}

/// Dataset entries of a response.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexedEntriesBlob {
    /// The key beside the property under which the JSON lists the entries' indexes.
    pub entries: String,
}

/// Marks what should not be used any more.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deprecated {
    /// The revision that deprecated it.
    pub since: String,
    /// What to use instead.
    #[serde(rename = "use")]
    pub instead: String,
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
    pub comment: Option<String>,
    /// What the error carries besides its code.
    pub fields: Option<Spanned<Schema>>,
    /// Whether the same call may succeed later.
    #[serde(default)]
    pub retryable: bool,
    /// The revision that added the code.
    pub since: Option<Spanned<String>>,
}

/// Error codes that several methods share.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorSet {
    /// What the codes have in common.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub comment: Option<String>,
    /// Names of entries of `errors`.
    pub errors: Vec<Spanned<String>>,
}

/// A group of methods.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What the service is for.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub comment: Option<String>,
    /// The methods, by their name on the wire.
    pub methods: Map<Method>,
    /// The events that the server sends, by their name on the wire.
    #[serde(default)]
    pub events: Map<Event>,
    /// The revision that added the service.
    pub since: Option<Spanned<String>>,
}

/// A remote procedure.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Method {
    /// What the method does.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub comment: Option<String>,
    /// An object with the parameters.
    pub params: Spanned<Schema>,
    /// An object, or a union distinguished by which key is present.
    pub result: Spanned<Schema>,
    /// Names of entries of `errorSets`.
    #[serde(default)]
    pub error_sets: Vec<Spanned<String>>,
    /// Names of entries of `errors`.
    #[serde(default)]
    pub errors: Vec<Spanned<String>>,
    /// Codes among `errors` that the API's reference leaves out, and why they are here, in a sentence.
    #[serde(default)]
    pub undeclared_errors: Map<String>,
    /// How the call travels. Default: over HTTP.
    pub transport: Option<Spanned<Transport>>,
    /// What the call does to a subscription, which keeps the WebSocket open.
    pub subscription: Option<Spanned<Subscription>>,
    /// Whether the call may safely be repeated.
    #[serde(default)]
    pub idempotent: bool,
    /// How long a call may take, where that is longer than usual.
    pub deadline_seconds: Option<u32>,
    /// How a long list is paginated.
    pub paginated: Option<Spanned<Paginated>>,
    /// How to wait for what the call starts.
    pub waiter: Option<Spanned<Waiter>>,
    /// The name in generated code, where the wire's own would collide.
    pub identifier: Option<Spanned<String>>,
    /// The revision that added the method.
    pub since: Option<Spanned<String>>,
    /// Since when, and for what, this should not be used any more.
    pub deprecated: Option<Deprecated>,
}

/// How a call travels.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected `http`, `websocket`, {\"websocketUnless\": …} or {\"openWebsocketElse\": …}")]
pub enum Transport {
    /// Always the same transport.
    Plain(PlainTransport),
    /// On the WebSocket unless a parameter has a certain value, then over HTTP.
    WebsocketUnless(WebsocketUnless),
    /// Only on a WebSocket that is already open; fails immediately otherwise.
    OpenWebsocketElse(OpenWebsocketElse),
}

/// A transport that depends on nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PlainTransport {
    /// A POST of its own.
    Http,
    /// On the WebSocket, opening one if none is open.
    Websocket,
}

/// On the WebSocket, depending on a parameter.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct WebsocketUnless {
    /// The parameter that decides.
    pub websocket_unless: ParamEquals,
}

/// A parameter and a value.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamEquals {
    /// Name of a boolean parameter.
    pub param: String,
    /// The value that sends the call over HTTP.
    pub equals: bool,
}

/// Only on an open WebSocket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OpenWebsocketElse {
    /// The error code with which the call fails when no WebSocket is open.
    pub open_websocket_else: String,
}

/// What a call does to a subscription.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "expected {\"opens\": \"result.…\"}, {\"opens\": \"params.…\"} or {\"closes\": \"params.…\"}"
)]
pub enum Subscription {
    /// On success, events of the id start.
    Opens(Opens),
    /// Events of the id end.
    Closes(Closes),
}

/// Events of an id start.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Opens {
    /// Where the id is: `params.name` or `result.name`.
    pub opens: String,
}

/// Events of an id end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closes {
    /// Where the id is: `params.name`.
    pub closes: String,
}

/// How a long list is paginated.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paginated {
    /// The array of the result that holds the page.
    pub items: String,
    /// The number of items before the page: a `uint32` in the params and in the result. Default: `offset`.
    pub offset: Option<String>,
    /// The largest number of items of a page: a `uint32` in the params. Default: `limit`.
    pub limit: Option<String>,
    /// The number of all items: a `uint32` in the result. Default: `total`.
    pub total: Option<String>,
}

/// How to follow what a call starts, and how to stop it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Waiter {
    /// The method of the same service to poll.
    pub method: String,
    /// The parameters of that method and the others, and where their values come from: `params.name` or `result.name` of the call that starts the work.
    pub ids: Map<String>,
    /// The path to the tag with the state in the polled method's result, such as `status.state`. Absent when the result itself is a union distinguished by which key is present.
    pub path: Option<String>,
    /// The tag or key of work that succeeded.
    pub done: String,
    /// The tag or key of work that failed.
    pub failed: String,
    /// The error code of the polled method which means that the work had already finished, successfully.
    pub already_finished: Option<String>,
    /// The method of the same service that stops the work.
    pub cancel: Option<String>,
    /// How the metrics of the work are fetched.
    pub metrics: Option<Metrics>,
}

/// How metrics are fetched as they come.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The method of the same service that fetches values.
    pub method: String,
    /// An array of objects, one a metric, that is there three times: in the polled method's result (`name`, `amount`), in this method's params (`name`, `start`, `amount`) and in its result (`name`, `start`, `values`).
    pub list: String,
    /// The property with the metric's name.
    pub name: String,
    /// The property with the index of the first value.
    pub start: String,
    /// The property with the number of values: how many there are, or how many to fetch.
    pub amount: String,
    /// The property with the array of values.
    pub values: String,
}

/// A message that the server sends on its own.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When it is sent.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub comment: Option<String>,
    /// An object with what the event carries.
    pub params: Spanned<Schema>,
    /// Whose event it is.
    pub subscription: Spanned<EventSubscription>,
    /// The revision that added the event.
    pub since: Option<Spanned<String>>,
}

/// Whose event it is.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventSubscription {
    /// The parameter that holds the subscription's id.
    pub id: String,
    /// Whether this is the last event of the subscription.
    #[serde(default)]
    pub ends: bool,
}
