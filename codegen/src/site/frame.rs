//! Calls as the bytes that travel.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::Site;
use super::code::block;
use super::prose::escape;
use super::sample::{self, Member, Sample};
use crate::ir::{Blob, BlobKind, BlobRule, Method, Service, Transport};

/// A vector of two numbers of 32 bits, 0.5 and 1.5: type, rank, dimension, little-endian elements.
const TENSOR: [u8; 11] = [1, 1, 2, 0, 0, 0, 0x3f, 0, 0, 0xc0, 0x3f];

/// JSON, and what was lifted out of it.
#[derive(Default)]
pub(super) struct Lifted {
    pub(super) json: Value,
    blobs: Vec<Vec<u8>>,
    /// Names that stand at the top.
    root: Map<String, Value>,
}

impl Lifted {
    pub(super) fn new(sample: &Sample) -> Self {
        let mut lifted = Self::default();
        let mut json = lifted.lift(sample);
        if let Value::Object(members) = &mut json {
            members.append(&mut lifted.root);
        }
        lifted.json = json;
        lifted
    }

    fn lift(&mut self, sample: &Sample) -> Value {
        match sample {
            Sample::Json(value) => value.clone(),
            Sample::Base64 => "bmFtZQ==".into(),
            Sample::Bytes | Sample::Tensor => {
                self.leaves(sample);
                Value::Null
            }
            Sample::List(items) => items.iter().map(|item| self.lift(item)).collect(),
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
                let value = self.lift(value);
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

/// The names of a list of named things.
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
pub(super) fn view(site: &Site<'_>, service: &Service, method: &Method) -> String {
    let request = Lifted::new(&sample::of(site.api, &method.params));
    let json = request.json.to_string();
    let mut parts = vec![("number of blobs".to_owned(), vec![u8::try_from(request.blobs.len()).unwrap_or(u8::MAX)])];
    parts.push(("length of the JSON".to_owned(), varint(json.len())));
    parts.extend(request.blobs.iter().map(|blob| ("length of a blob".to_owned(), varint(blob.len()))));
    parts.push(("JSON".to_owned(), json.into_bytes()));
    parts.extend(request.blobs.iter().map(|blob| ("blob".to_owned(), blob.clone())));

    let answer = Lifted::new(&sample::of(site.api, &method.result));
    let whole = json!({ "result": answer.json });
    let json = whole.to_string();
    let mut back = vec![("length of the JSON".to_owned(), varint(json.len())), ("JSON".to_owned(), json.into_bytes())];
    for blob in &answer.blobs {
        back.push(("length of a blob".to_owned(), varint(blob.len())));
        back.push(("blob".to_owned(), blob.clone()));
    }
    let errors: Vec<String> = method
        .errors
        .iter()
        .filter_map(|index| site.api.errors.get(*index))
        .map(|error| {
            let mut fields = Map::from_iter([("code".to_owned(), Value::from(error.code.as_str()))]);
            if let Some(Value::Object(more)) =
                error.fields.as_ref().map(|ty| Lifted::new(&sample::of(site.api, ty)).json)
            {
                fields.extend(more);
            }
            json!({ "error": fields }).to_string()
        })
        .collect();
    format!(
        "<h2>Request parameters</h2>\n{}<p>A count of blobs (one byte), the length of the JSON and of each blob \
         (varints), the JSON, the blobs.</p>\n{}{}<h2>Response</h2>\n<p>The length of the JSON, the JSON, then each blob \
         behind its length.</p>\n{}{}<h2>Errors</h2>\n<p>In place of the result; the HTTP status is a success too.</p>\n{}\
         <h2>Example</h2>\n<p>The request.</p>\n{}<p>The response.</p>\n{}",
        way(site, service, method),
        block(&pretty(&request.json)),
        rules(&method.request_blobs),
        block(&pretty(&whole)),
        rules(&method.response_blobs),
        block(&errors.join("\n")),
        dump(&parts),
        dump(&back),
    )
}

pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn way(site: &Site<'_>, service: &Service, method: &Method) -> String {
    let call = match (&method.transport, &site.api.http) {
        (Transport::WebSocket | Transport::OpenWebSocketElse { .. }, _) => {
            let url = site.api.websocket.as_deref().unwrap_or_default();
            return format!(
                "<p>A message on the WebSocket {}: the id of the call (4 bytes), then a frame whose JSON is \
                 <code>{{\"api\": \"{}\", \"method\": \"{}\", \"params\": …, \"apiKey\": …}}</code>. Only the params are shown.</p>\n",
                escape(url),
                service.wire,
                method.wire
            );
        }
        (_, http) => format!("{}/{}/{}", http.as_deref().unwrap_or_default(), service.wire, method.wire),
    };
    block(&format!("POST {call}\nContent-Type: application/octet-stream\nAuthorization: Bearer <API key>"))
}

fn rules(rules: &[BlobRule]) -> String {
    let texts: Vec<String> = rules
        .iter()
        .map(|rule| format!("<li><code>{}</code>: {}</li>\n", escape(&rule.path), holds(&rule.kind)))
        .collect();
    match texts.is_empty() {
        true => "<p>No blobs.</p>\n".to_owned(),
        false => {
            format!("<p>Blobs, in this order; what they hold is not in the JSON:</p>\n<ul>\n{}</ul>\n", texts.concat())
        }
    }
}

fn holds(kind: &BlobKind) -> String {
    match kind {
        BlobKind::Bytes => "the bytes".to_owned(),
        BlobKind::Tensor => "one tensor for each place".to_owned(),
        BlobKind::Tensors { .. } => "tensors, back to back, for each place that has tensors".to_owned(),
        BlobKind::Keyed { names, .. } => format!("the bytes of each of <code>{}</code>", escape(names)),
        BlobKind::Entries { .. } => "one tensor for each key, entry by entry".to_owned(),
        BlobKind::IndexedEntries { indexes, .. } => {
            format!("one tensor for each key, for each of <code>{}</code>", escape(indexes))
        }
    }
}

/// Bytes in hexadecimal, part by part.
fn dump(parts: &[(String, Vec<u8>)]) -> String {
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
