//! Methods and events.

use schemars::JsonSchema;
use serde::Deserialize;

use super::types::{Deprecated, Schema};
use crate::spanned::{Map, Spanned};

/// A remote procedure.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Method {
    /// What the method does.
    pub description: String,
    /// A note for maintainers; not part of any output.
    #[serde(rename = "$comment")]
    pub _comment: Option<String>,
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
    /// The later revision that has the method in another form, or not at all.
    pub until: Option<Spanned<String>>,
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
    pub method: Spanned<String>,
    /// The parameters of that method and the others, and where their values come from: `params.name` or `result.name` of the call that starts the work.
    pub ids: Map<Spanned<String>>,
    /// The path to the tag with the state in the polled method's result, such as `status.state`. Absent when the result itself is a union distinguished by which key is present.
    pub path: Option<Spanned<String>>,
    /// The tag or key of work that succeeded.
    pub done: Spanned<String>,
    /// The tag or key of work that failed.
    pub failed: Spanned<String>,
    /// The error code of the polled method which means that the work had already finished, successfully.
    pub already_finished: Option<Spanned<String>>,
    /// The method of the same service that stops the work.
    pub cancel: Option<Spanned<String>>,
    /// How the metrics of the work are fetched.
    pub metrics: Option<Spanned<Metrics>>,
}

/// How metrics are fetched as they come.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The method of the same service that fetches values.
    pub method: Spanned<String>,
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
    pub _comment: Option<String>,
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
