//! `asyncapi.json`: the WebSocket, the calls that travel on it, and its events.

use serde_json::{Map, Value, json};

use super::names::of_method;
use super::schemas::{Dialect, Schemas};
use super::{extensions, frame, info};
use crate::ir::{Api, Event, Method, Service, Transport, first_sentence};
use crate::naming::case;

/// The document; none if nothing travels on a WebSocket.
pub(super) fn emit(api: &Api) -> Option<Value> {
    let mut socket = Socket {
        schemas: Schemas::new(api, Dialect::AsyncApi),
        channel: Map::new(),
        messages: Map::new(),
        operations: Map::new(),
    };
    for service in &api.services {
        for method in service.methods.iter().filter(|method| method.transport != Transport::Http) {
            socket.call(service, method);
        }
        for event in &service.events {
            socket.event(service, event);
        }
    }
    if socket.operations.is_empty() {
        return None;
    }
    let mut info = info::of(
        api,
        Dialect::AsyncApi,
        &format!(
            "The WebSocket of {}, as a client sees it: calls that concern events, and the events. Messages are binary \
             frames of JSON and blobs; payloads here are the JSON, and `x-frame` describes the blobs. {} Every call \
             carries the API key.",
            api.title,
            frame::VARINT
        ),
    );
    info.insert("tags".to_owned(), api.services.iter().map(tag).collect());
    let (server, address) = api.websocket.as_deref().map_or((None, String::new()), endpoint);
    Some(json!({
        "asyncapi": "3.0.0",
        "info": info,
        "defaultContentType": "application/octet-stream",
        "servers": server.map(|server| json!({ "cloud": server })).unwrap_or(json!({})),
        "channels": {
            "socket": {
                "address": address,
                "description": "One connection. Subscriptions belong to it and end with it.",
                "messages": socket.channel
            }
        },
        "operations": socket.operations,
        "components": {
            "schemas": socket.schemas.into_entries(),
            "messages": socket.messages,
            "tags": api.services.iter().map(|it| (it.wire.clone(), info::tag(it))).collect::<Map<_, _>>(),
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey",
                    "in": "user",
                    "description": "The API key, which is a member `apiKey` of each call."
                }
            }
        }
    }))
}

/// The server behind a URL, and the address of its socket there.
fn endpoint(url: &str) -> (Option<Value>, String) {
    let (protocol, rest) = url.split_once("://").unwrap_or(("wss", url));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (folder, last) = path.rsplit_once('/').unwrap_or(("", path));
    let server = json!({
        "host": host,
        "pathname": format!("/{folder}"),
        "protocol": protocol,
        "security": [{ "$ref": "#/components/securitySchemes/apiKey" }]
    });
    (Some(server), format!("/{last}"))
}

/// A reference to the tag of a service.
fn tag(service: &Service) -> Value {
    json!({ "$ref": format!("#/components/tags/{}", service.wire) })
}

struct Socket<'a> {
    schemas: Schemas<'a>,
    channel: Map<String, Value>,
    messages: Map<String, Value>,
    operations: Map<String, Value>,
}

impl Socket<'_> {
    fn call(&mut self, service: &Service, method: &Method) {
        let base = of_method(service, method);
        let (request, response) = (self.schemas.request(method), self.schemas.response(service, method));
        let call = format!("{base}Call");
        let payload = json!({
            "title": call,
            "type": "object",
            "properties": {
                "api": self.schemas.constant(&service.wire),
                "method": self.schemas.constant(&method.wire),
                "params": self.schemas.reference(&request),
                "apiKey": { "type": "string", "description": "The API key." }
            },
            "required": ["api", "method", "params"]
        });
        let frame = json!({ "blobs": frame::blobs(&method.request_blobs) });
        let call = self.message(&call, frame::SOCKET_CALL, payload, frame);
        let payload = self.schemas.reference(&response);
        let frame = json!({ "blobs": frame::blobs(&method.response_blobs) });
        let response = self.message(&format!("{base}Response"), frame::SOCKET_RESPONSE, payload, frame);
        let channel = json!({ "$ref": "#/channels/socket" });
        let mut operation = json!({
            "action": "send",
            "channel": channel,
            "tags": [tag(service)],
            "summary": first_sentence(&method.description),
            "description": method.description,
            "messages": [call],
            "reply": { "channel": channel, "messages": [response] }
        });
        if let Some(operation) = operation.as_object_mut() {
            operation.extend(extensions::of_method(self.schemas.api, service, method));
        }
        self.operations.insert(format!("call{base}"), operation);
    }

    fn event(&mut self, service: &Service, event: &Event) {
        let base = format!("{}{}", case::upper_camel(&service.wire), case::upper_camel(&event.wire));
        let params = self.schemas.event(event);
        let name = format!("{base}Event");
        let payload = json!({
            "title": name,
            "type": "object",
            "properties": {
                "event": self.schemas.constant(&event.wire),
                "params": self.schemas.reference(&params)
            },
            "required": ["event", "params"]
        });
        let ends = if event.ends { " It is the last of its subscription." } else { "" };
        let layout = format!("{} The name is `{}`.", frame::EVENT, service.wire);
        let frame = json!({ "service": service.wire, "blobs": frame::blobs(&event.blobs) });
        let message = self.message(&name, &layout, payload, frame);
        let operation = json!({
            "action": "receive",
            "channel": { "$ref": "#/channels/socket" },
            "tags": [tag(service)],
            "summary": first_sentence(&event.description),
            "description": format!("{} It belongs to the subscription `{}`.{ends}", event.description, event.id),
            "messages": [message],
            "x-subscription": extensions::of_event(event)
        });
        self.operations.insert(format!("receive{base}"), operation);
    }

    /// Adds a message, and refers to it as an operation does.
    fn message(&mut self, name: &str, layout: &str, payload: Value, frame: Value) -> Value {
        self.channel.insert(name.to_owned(), json!({ "$ref": format!("#/components/messages/{name}") }));
        let message = json!({
            "name": name,
            "title": name,
            "description": layout,
            "payload": payload,
            "x-frame": frame
        });
        self.messages.insert(name.to_owned(), message);
        json!({ "$ref": format!("#/channels/socket/messages/{name}") })
    }
}
