//! Messages as the bytes that travel, part by part.

use maud::{Markup, html};

use super::detached::{Content, Detached, TENSOR};

/// What a part of a message is for, which is its colour.
#[derive(Clone, Copy)]
enum Role {
    /// Tells one message from others: its kind, its id.
    Message,
    /// How much follows.
    Length,
    Json,
    Blob,
    /// The head of a tensor.
    Shape,
}

impl Role {
    fn class(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Length => "length",
            Self::Json => "json",
            Self::Blob => "blob",
            Self::Shape => "shape",
        }
    }
}

/// A part of a message.
struct Part {
    role: Role,
    name: String,
    /// What the bytes say, where they are not text.
    value: String,
    bytes: Vec<u8>,
}

/// A message, taken apart.
#[derive(Default)]
pub(super) struct Message {
    parts: Vec<Part>,
}

impl Message {
    /// The body of a request over HTTP.
    pub(super) fn request(request: &Detached) -> Self {
        Self::default().with_request(request)
    }

    /// The body of a response over HTTP.
    pub(super) fn response(response: &Detached) -> Self {
        Self::default().with_response(response)
    }

    /// A call on the WebSocket.
    pub(super) fn call(id: u32, call: &Detached) -> Self {
        Self::default().with_id(id).with_request(call)
    }

    /// A response on the WebSocket.
    pub(super) fn socket_response(id: u32, response: &Detached) -> Self {
        let mut message = Self::default();
        message.push(Role::Message, "a response", "0", vec![0]);
        message.with_id(id).with_response(response)
    }

    /// An event.
    pub(super) fn event(service: &str, event: &Detached) -> Self {
        let mut message = Self::default();
        let length = u8::try_from(service.len()).unwrap_or(u8::MAX);
        message.push(Role::Message, "an event", "1", vec![1]);
        message.push(Role::Length, "length of the service's name", length.to_string(), vec![length]);
        message.push(Role::Message, "the service's name", "", service.as_bytes().to_vec());
        message.with_response(event)
    }

    /// A tensor, as a blob holds it.
    pub(super) fn tensor() -> Self {
        let mut message = Self::default();
        message.push_tensor();
        message
    }

    fn with_id(mut self, id: u32) -> Self {
        self.push(Role::Message, "id of the call", id.to_string(), id.to_be_bytes().to_vec());
        self
    }

    fn with_request(mut self, request: &Detached) -> Self {
        let json = request.json.to_string();
        let count = u8::try_from(request.blobs.len()).unwrap_or(u8::MAX);
        self.push(Role::Length, "number of blobs", count.to_string(), vec![count]);
        self.push_length("length of the JSON", json.len());
        request.blobs.iter().for_each(|blob| self.push_length("length of a blob", blob.bytes().len()));
        self.push(Role::Json, "the JSON", "", json.into_bytes());
        request.blobs.iter().for_each(|blob| self.push_blob(*blob));
        self
    }

    fn with_response(mut self, response: &Detached) -> Self {
        let json = response.json.to_string();
        self.push_length("length of the JSON", json.len());
        self.push(Role::Json, "the JSON", "", json.into_bytes());
        for blob in &response.blobs {
            self.push_length("length of a blob", blob.bytes().len());
            self.push_blob(*blob);
        }
        self
    }

    fn push(&mut self, role: Role, name: &str, value: impl Into<String>, bytes: Vec<u8>) {
        self.parts.push(Part { role, name: name.to_owned(), value: value.into(), bytes });
    }

    fn push_length(&mut self, name: &str, length: usize) {
        self.push(Role::Length, name, length.to_string(), varint(length));
    }

    fn push_blob(&mut self, blob: Content) {
        match blob {
            Content::Bytes => self.push(Role::Blob, "a blob of bytes", "", blob.bytes()),
            Content::Tensors(0) => self.push(Role::Blob, "a blob of no tensors", "", Vec::new()),
            Content::Tensors(count) => (0..count).for_each(|_| self.push_tensor()),
        }
    }

    fn push_tensor(&mut self) {
        let ([ty, rank, size, ..], elements) = (TENSOR, TENSOR.get(3..).unwrap_or_default());
        self.push(Role::Shape, "type of a tensor", "f32", vec![ty]);
        self.push(Role::Shape, "its rank", rank.to_string(), vec![rank]);
        self.push(Role::Shape, "its only dimension", size.to_string(), vec![size]);
        self.push(Role::Blob, "its elements, little-endian", "0.5, 1.5", elements.to_vec());
    }

    /// The parts, each with its name, its bytes in hexadecimal, and what they say.
    pub(super) fn html(&self) -> Markup {
        html! {
            ol.bytes {
                @for Part { role, name, value, bytes } in &self.parts {
                    li class=(role.class()) {
                        span.part { (name) @if !value.is_empty() { ": " b { (value) } } }
                        @for line in bytes.chunks(8) {
                            code { span.hex { (hex(line)) } @if value.is_empty() { span.text { (text(line)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn varint(length: usize) -> Vec<u8> {
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(length @ ..253), _) => vec![length],
        (_, Ok(length)) => [&[253], length.to_be_bytes().as_slice()].concat(),
        _ => [&[254], u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes().as_slice()].concat(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.join(" ")
}

/// What is printable, and dots for the rest.
fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if matches!(byte, 32..=126) { char::from(*byte) } else { '.' }).collect()
}
