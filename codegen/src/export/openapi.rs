//! `openapi.json` and `openapi-3.0.json`: every method as a POST.

use serde_json::{Map, Value, json};

use super::names::of_method;
use super::schemas::{Dialect, Schemas};
use super::{extensions, frame, info};
use crate::ir::{Api, Method, Service, Transport, first_sentence};

pub(super) fn emit(api: &Api, dialect: Dialect) -> Value {
    let mut schemas = Schemas::new(api, dialect);
    let mut paths = Map::new();
    for service in &api.services {
        for method in &service.methods {
            let mut operation = operation(&mut schemas, service, method);
            if let Some(operation) = operation.as_object_mut() {
                operation.extend(extensions::of_method(api, service, method));
            }
            paths.insert(format!("/{}/{}", service.wire, method.wire), json!({ "post": operation }));
        }
    }
    let servers: Vec<Value> = api.http.iter().map(|url| json!({ "url": url })).collect();
    json!({
        "openapi": if dialect == Dialect::OpenApi30 { "3.0.3" } else { "3.1.0" },
        "info": info::of(api, dialect, &format!(
            "{}\n\nBodies are binary frames of JSON and blobs. The JSON of each is a schema here, which `x-frame` of the \
             method names. {}",
            api.description, frame::VARINT
        )),
        "servers": servers,
        "security": [{ "apiKey": [] }],
        "tags": api.services.iter().map(info::tag).collect::<Value>(),
        "paths": paths,
        "components": {
            "schemas": schemas.into_entries(),
            "securitySchemes": { "apiKey": { "type": "http", "scheme": "bearer", "description": "The API key." } }
        }
    })
}

fn operation(schemas: &mut Schemas<'_>, service: &Service, method: &Method) -> Value {
    let (request, response) = (schemas.request(method), schemas.response(service, method));
    let body = || json!({ "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } });
    let socket = match method.transport {
        Transport::Http => None,
        Transport::WebSocket => Some("Travels on the WebSocket, with the same JSON and blobs."),
        Transport::WebSocketUnless { .. } => Some("Travels on the WebSocket when events are wanted."),
        Transport::OpenWebSocketElse { .. } => Some("Travels on the WebSocket that has the subscription."),
    };
    let blobs =
        [frame::sentence("request", &method.request_blobs), frame::sentence("response", &method.response_blobs)];
    let texts = [Some(method.description.clone()), socket.map(str::to_owned)].into_iter().chain(blobs).flatten();
    let mut operation = json!({
        "operationId": format!("call{}", of_method(service, method)),
        "tags": [service.wire],
        "summary": first_sentence(&method.description),
        "description": texts.collect::<Vec<String>>().join("\n\n"),
        "requestBody": {
            "description": format!("{} The JSON is a `{request}`.", frame::REQUEST),
            "required": true,
            "content": body()
        },
        "responses": {
            "200": {
                "description": format!("{} The JSON is a `{response}`.", frame::RESPONSE),
                "content": body()
            },
            "4XX": { "description": frame::REJECTED }
        },
        "x-frame": {
            "request": { "json": schemas.reference(&request), "blobs": frame::blobs(&method.request_blobs) },
            "response": { "json": schemas.reference(&response), "blobs": frame::blobs(&method.response_blobs) }
        }
    });
    if let (Some(_), Some(operation)) = (&method.deprecated, operation.as_object_mut()) {
        operation.insert("deprecated".into(), true.into());
    }
    operation
}
