//! Calls, events and types as the JSON and the bytes that travel.

use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::bytes::Message;
use super::code::{self, Language, Links};
use super::detached::{Detached, pretty};
use super::layout::View;
use super::prose::{heading, inline};
use super::{Site, paths, sample};
use crate::export::frame;
use crate::ir::blobs::BlobRule;
use crate::ir::types::{Type, TypeId};
use crate::ir::{Api, ErrorShape, Event, Method, Service, Transport};

pub(super) fn request(api: &Api, method: &Method) -> Detached {
    Detached::new(&sample::of(api, &method.params))
}

pub(super) fn response(api: &Api, method: &Method) -> Detached {
    let mut response = Detached::new(&sample::of(api, &method.result));
    response.json = json!({ "result": response.json });
    response
}

/// The same request as a message on the WebSocket.
pub(super) fn call(api: &Api, service: &Service, method: &Method) -> Detached {
    let mut call = request(api, method);
    call.json = json!({ "api": service.wire, "method": method.wire, "params": call.json, "apiKey": "api-key" });
    call
}

pub(super) fn event(api: &Api, event: &Event) -> Detached {
    let mut detached = Detached::new(&sample::of(api, &event.params));
    detached.json = json!({ "event": event.wire, "params": detached.json });
    detached
}

/// Whether a call can only travel on the WebSocket.
pub(super) fn is_socket_only(method: &Method) -> bool {
    matches!(method.transport, Transport::WebSocket | Transport::OpenWebSocketElse { .. })
}

impl Site<'_> {
    /// A method.
    pub(super) fn frame_method(&self, service: &Service, method: &Method) -> View {
        let api = self.api;
        let (request, response) = (request(api, method), response(api, method));
        let errors: Vec<String> = api.errors_of(method).map(|error| error_json(api, error).to_string()).collect();
        let messages = match is_socket_only(method) {
            true => {
                let call = call(api, service, method);
                (Message::call(0, &call), Message::socket_response(0, &response))
            }
            false => (Message::request(&request), Message::response(&response)),
        };
        View {
            main: html! {
                (heading(3, "frame-request-parameters", "Request parameters"))
                (address(api, service, method))
                (self.json(&request.json))
                (rules(api, &method.request_blobs))
                (heading(3, "frame-response", "Response"))
                (self.json(&response.json))
                (rules(api, &method.response_blobs))
                (heading(3, "frame-errors", "Errors"))
                p { "In place of the result; the HTTP status is a success too." }
                (self.painter.block(Language::Json, &errors.join("\n"), &Links::new()))
            },
            side: html! {
                (heading(3, "frame-example", "Example"))
                p { "The request. How to read it: " a href=(paths::FRAMES) { "frames" } "." }
                (messages.0.html())
                p { "The response." }
                (messages.1.html())
            },
        }
    }

    /// An event.
    pub(super) fn frame_event(&self, service: &Service, event: &Event) -> View {
        let detached = self::event(self.api, event);
        View {
            main: html! {
                (heading(3, "frame-parameters", "Parameters"))
                p { (inline(self.api, frame::EVENT)) " Its JSON:" }
                (self.json(&detached.json))
                (rules(self.api, &event.blobs))
            },
            side: html! {
                (heading(3, "frame-example", "Example"))
                p { "The message. How to read it: " a href=(paths::FRAMES) { "frames" } "." }
                (Message::event(&service.wire, &detached).html())
            },
        }
    }

    /// A type.
    pub(super) fn frame_type(&self, id: TypeId) -> View {
        let detached = Detached::new(&sample::of(self.api, &Type::Named(id)));
        View {
            main: html! {
                (heading(3, "frame-json", "JSON"))
                p { "An example of its JSON. Bytes and tensors are not in there: they travel as blobs." }
                (self.json(&detached.json))
            },
            side: Markup::default(),
        }
    }

    pub(super) fn json(&self, value: &Value) -> Markup {
        self.painter.declaration(Language::Json, &pretty(value), &Links::new())
    }
}

fn error_json(api: &Api, error: &ErrorShape) -> Value {
    let mut members = Map::from_iter([("code".to_owned(), Value::from(error.code.as_str()))]);
    let fields = error.fields.as_ref().map(|ty| Detached::new(&sample::of(api, ty)).json);
    if let Some(Value::Object(fields)) = fields {
        members.extend(fields);
    }
    json!({ "error": members })
}

/// Where a call is sent.
fn address(api: &Api, service: &Service, method: &Method) -> Markup {
    let (service, name) = (&service.wire, &method.wire);
    if is_socket_only(method) {
        let envelope = format!("{{\"api\": \"{service}\", \"method\": \"{name}\", \"params\": …, \"apiKey\": …}}");
        let url = api.websocket.as_deref().unwrap_or_default();
        return html! {
            p { "A message on the WebSocket " code { (url) } ". " (frame::SOCKET_CALL) }
            p { "Its JSON is " code { (envelope) } ". These are the params:" }
        };
    }
    let url = api.http.as_deref().unwrap_or_default();
    code::plain(&format!(
        "POST {url}/{service}/{name}\nContent-Type: application/octet-stream\nAuthorization: Bearer <API key>"
    ))
}

/// Which blobs there are.
pub(super) fn rules(api: &Api, rules: &[BlobRule]) -> Markup {
    html! {
        @if rules.is_empty() {
            p.quiet { "No blobs." }
        } @else {
            p { "Blobs, in this order; what they hold is not in the JSON:" }
            ul { @for rule in rules { li { code { (rule.path) } ": " (inline(api, &frame::holds(&rule.kind))) } } }
        }
    }
}
