//! Calls as the bytes that travel.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::html::{block, escape};
use super::page::{inline, paragraph};
use super::sample::{self, Member, Sample};
use crate::export::frame;
use crate::ir::blobs::{Blob, BlobRule};
use crate::ir::{Api, ErrorShape, Method, Service, Transport};

const ROOT: &str = "../";

/// A vector of two numbers of 32 bits, 0.5 and 1.5: type, rank, dimension, little-endian elements.
const TENSOR: [u8; 11] = [1, 1, 2, 0, 0, 0, 0x3f, 0, 0, 0xc0, 0x3f];

/// JSON, and the blobs that were detached from it.
#[derive(Default)]
pub(super) struct Detached {
    pub(super) json: Value,
    blobs: Vec<Vec<u8>>,
    /// Names that are listed at the root.
    root: Map<String, Value>,
}

impl Detached {
    pub(super) fn new(sample: &Sample) -> Self {
        let mut detached = Self::default();
        let mut json = detached.detach(sample);
        if let Value::Object(members) = &mut json {
            members.append(&mut detached.root);
        }
        detached.json = json;
        detached
    }

    fn detach(&mut self, sample: &Sample) -> Value {
        match sample {
            Sample::Json(value) => value.clone(),
            Sample::Base64 => "bmFtZQ==".into(),
            Sample::Bytes | Sample::Tensor => {
                self.leaves(sample);
                Value::Null
            }
            Sample::List(items) => items.iter().map(|item| self.detach(item)).collect(),
            Sample::Object(members) => {
                let mut object = Map::new();
                members.iter().for_each(|member| self.member(&mut object, member));
                object.into()
            }
        }
    }

    fn member(&mut self, object: &mut Map<String, Value>, Member { name, value, blob }: &Member) {
        match blob {
            Some(Blob::Bytes | Blob::Tensor) => self.leaves(value),
            Some(Blob::Tensors) if matches!(value, Sample::List(_)) => {
                let count = if let Sample::List(items) = value { items.len() } else { 0 };
                self.blobs.push(TENSOR.repeat(count));
            }
            Some(Blob::Keyed { names, at_root }) => {
                self.leaves(value);
                let target = if *at_root { &mut self.root } else { object };
                target.insert(names.clone(), strings(value).into());
            }
            Some(Blob::Entries) => {
                self.leaves(value);
                object.insert(name.clone(), strings(value).into());
            }
            Some(Blob::IndexedEntries { indexes }) => {
                self.leaves(value);
                object.insert(name.clone(), strings(value).into());
                object.insert(indexes.clone(), json!([1]));
            }
            None | Some(Blob::Tensors) => {
                let value = self.detach(value);
                object.insert(name.clone(), value);
            }
        }
    }

    /// Makes a blob of every leaf of bytes or tensors.
    fn leaves(&mut self, sample: &Sample) {
        match sample {
            Sample::Bytes => self.blobs.push(b"bytes".to_vec()),
            Sample::Tensor => self.blobs.push(TENSOR.to_vec()),
            Sample::List(items) => items.iter().for_each(|item| self.leaves(item)),
            Sample::Object(members) => members.iter().for_each(|member| self.leaves(&member.value)),
            Sample::Json(_) | Sample::Base64 => {}
        }
    }
}

/// The names of the items of a list.
fn strings(sample: &Sample) -> Vec<Value> {
    let Sample::List(items) = sample else { return Vec::new() };
    let name = |item: &Sample| match item {
        Sample::Object(members) => members.iter().find_map(|member| match &member.value {
            Sample::Json(value @ Value::String(_)) => Some(value.clone()),
            _ => None,
        }),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}

fn varint(length: usize) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..253), _) => vec![length],
        (_, Ok(length)) => [&[253], length.to_be_bytes().as_slice()].concat(),
        _ => [&[254], u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes().as_slice()].concat(),
    }
}

/// What the view shows of a method.
pub(super) fn view(api: &Api, service: &Service, method: &Method) -> String {
    let request = Detached::new(&sample::of(api, &method.params));
    let mut response = Detached::new(&sample::of(api, &method.result));
    response.json = json!({ "result": response.json });
    let errors: Vec<String> = api.errors_of(method).map(|error| error_json(api, error).to_string()).collect();
    let parts = [
        transport(api, service, method),
        block(&pretty(&request.json)),
        format!("<p>{} {}</p>\n", frame::REQUEST, frame::VARINT),
        rules(api, &method.request_blobs),
        "<h2>Response</h2>\n".to_owned(),
        block(&pretty(&response.json)),
        paragraph(api, ROOT, frame::RESPONSE),
        rules(api, &method.response_blobs),
        "<h2>Errors</h2>\n<p>In place of the result; the HTTP status is a success too.</p>\n".to_owned(),
        block(&errors.join("\n")),
        "<h2>Example</h2>\n<p>The request.</p>\n".to_owned(),
        dump(&request_parts(&request)),
        "<p>The response.</p>\n".to_owned(),
        dump(&response_parts(&response)),
    ];
    format!("<h2>Request parameters</h2>\n{}", parts.concat())
}

fn error_json(api: &Api, error: &ErrorShape) -> Value {
    let mut members = Map::from_iter([("code".to_owned(), Value::from(error.code.as_str()))]);
    let fields = error.fields.as_ref().map(|ty| Detached::new(&sample::of(api, ty)).json);
    if let Some(Value::Object(fields)) = fields {
        members.extend(fields);
    }
    json!({ "error": members })
}

/// A part of a frame: its name and its bytes.
type Part = (&'static str, Vec<u8>);

fn request_parts(request: &Detached) -> Vec<Part> {
    let json = request.json.to_string();
    let count = vec![u8::try_from(request.blobs.len()).unwrap_or(u8::MAX)];
    let mut parts = vec![("number of blobs", count), ("length of the JSON", varint(json.len()))];
    parts.extend(request.blobs.iter().map(|blob| ("length of a blob", varint(blob.len()))));
    parts.push(("JSON", json.into_bytes()));
    parts.extend(request.blobs.iter().map(|blob| ("blob", blob.clone())));
    parts
}

fn response_parts(response: &Detached) -> Vec<Part> {
    let json = response.json.to_string();
    let mut parts = vec![("length of the JSON", varint(json.len())), ("JSON", json.into_bytes())];
    for blob in &response.blobs {
        parts.extend([("length of a blob", varint(blob.len())), ("blob", blob.clone())]);
    }
    parts
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn transport(api: &Api, service: &Service, method: &Method) -> String {
    let (service, method, transport) = (&service.wire, &method.wire, &method.transport);
    if matches!(transport, Transport::WebSocket | Transport::OpenWebSocketElse { .. }) {
        let envelope = format!("{{\"api\": \"{service}\", \"method\": \"{method}\", \"params\": …, \"apiKey\": …}}");
        let url = api.websocket.as_deref().unwrap_or_default();
        return format!(
            "<p>A message on the WebSocket {}. {} Its JSON is <code>{}</code>; only the params are shown.</p>\n",
            escape(url),
            frame::SOCKET_CALL,
            escape(&envelope)
        );
    }
    let url = api.http.as_deref().unwrap_or_default();
    block(&format!(
        "POST {url}/{service}/{method}\nContent-Type: application/octet-stream\nAuthorization: Bearer <API key>"
    ))
}

fn rules(api: &Api, rules: &[BlobRule]) -> String {
    let texts: Vec<String> = rules
        .iter()
        .map(|rule| {
            format!("<li><code>{}</code>: {}</li>\n", escape(&rule.path), inline(api, ROOT, &frame::holds(&rule.kind)))
        })
        .collect();
    match texts.is_empty() {
        true => "<p>No blobs.</p>\n".to_owned(),
        false => {
            format!("<p>Blobs, in this order; what they hold is not in the JSON:</p>\n<ul>\n{}</ul>\n", texts.concat())
        }
    }
}

/// Bytes in hexadecimal, part by part.
fn dump(parts: &[Part]) -> String {
    let mut text = String::new();
    for (name, bytes) in parts {
        let _ = writeln!(text, "// {name}");
        for chunk in bytes.chunks(16) {
            let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
            let ascii: String =
                chunk.iter().map(|byte| if matches!(byte, 32..=126) { char::from(*byte) } else { '.' }).collect();
            let _ = writeln!(text, "{:<48} {ascii}", hex.join(" "));
        }
    }
    block(&text)
}
