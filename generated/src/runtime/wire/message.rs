//! Messages on the WebSocket: frames with an id before them, and events.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;
use serde_json::{Map, Value};

use super::event::Event;
use super::frame::take_json;
use crate::runtime::error::Failure;
use crate::runtime::{ApiKey, EventError, Method, RequestFrame};

/// What a server says.
#[derive(Debug)]
pub(crate) enum ServerMessage {
    /// An answer; its frame has not been looked at.
    Answer {
        id: u32,
        answer: Bytes,
    },
    Event {
        service: String,
        event: Event,
    },
    /// An answer that does not say whose it is.
    Unaddressed(EventError),
}

#[derive(Serialize)]
struct Head<'a> {
    api: &'a str,
    method: &'a str,
    params: &'a serde_json::value::RawValue,
    #[serde(rename = "apiKey", skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

/// A request without its id.
pub(crate) fn socket_request(
    method: &Method,
    frame: RequestFrame,
    key: Option<&ApiKey>,
) -> Result<RequestFrame, Failure> {
    let unreadable = |error: serde_json::Error| Failure::invalid("", format!("cannot be written as JSON: {error}"));
    let params = serde_json::from_slice(&frame.json).map_err(unreadable)?;
    let head = Head { api: method.service, method: method.name, params, key: key.map(ApiKey::expose) };
    let json = serde_json::to_vec(&head).map_err(unreadable)?;
    Ok(RequestFrame { json: json.into(), blobs: frame.blobs })
}

/// A request of which the only parameter is an id.
pub(crate) fn id_request(param: &str, id: &str) -> Result<RequestFrame, Failure> {
    let params = Map::from_iter([(param.to_owned(), Value::from(id))]);
    RequestFrame::new(Value::from(params).to_string().into(), Vec::new())
}

/// The message of a request, with room for its id.
pub(crate) fn request_message(request: &RequestFrame) -> BytesMut {
    let pieces = request.to_segments();
    let mut message = BytesMut::with_capacity(super::total(&pieces).saturating_add(4));
    message.put_u32(0);
    for piece in pieces {
        message.extend_from_slice(&piece);
    }
    message
}

/// A message with its id.
pub(crate) fn with_id(mut message: BytesMut, id: u32) -> Bytes {
    if let Some(place) = message.first_chunk_mut() {
        *place = id.to_be_bytes();
    }
    message.freeze()
}

/// Reads what a server says. The JSON of an event may be nested that deeply.
pub(crate) fn read_server_message(message: Bytes, deepest: usize) -> Result<ServerMessage, EventError> {
    let mut rest = message;
    let malformed = |message: &str| EventError::new("", "", Failure::decode("", message, ""));
    let Some((&kind, bytes)) = rest.split_first() else {
        return Ok(ServerMessage::Unaddressed(malformed("the message is empty")));
    };
    if kind == 0 {
        let Some((id, answer)) = bytes.split_first_chunk() else {
            return Ok(ServerMessage::Unaddressed(malformed("the message ends inside the id of a call")));
        };
        let answer = rest.slice_ref(answer);
        return Ok(ServerMessage::Answer { id: u32::from_be_bytes(*id), answer });
    }
    let Some((name, body)) = bytes.split_first().and_then(|(len, rest)| rest.split_at_checked(usize::from(*len)))
    else {
        return Err(malformed("the message ends inside the name of the service"));
    };
    let Ok(service) = std::str::from_utf8(name) else {
        return Err(malformed("the name of the service is no text"));
    };
    let service = service.to_owned();
    rest = rest.slice_ref(body);
    let event = take_json(&mut rest).and_then(|json| Event::read(&json, rest, deepest));
    match event {
        Ok(event) => Ok(ServerMessage::Event { service, event }),
        Err(failure) => Err(EventError::new(&service, "", failure)),
    }
}

/// The message of an answer.
#[cfg(feature = "server")]
pub(crate) fn answer_message(id: u32, answer: &[Bytes]) -> Bytes {
    let mut message = BytesMut::with_capacity(super::total(answer).saturating_add(5));
    message.put_u8(0);
    message.put_u32(id);
    for piece in answer {
        message.extend_from_slice(piece);
    }
    message.freeze()
}

/// A request as a server reads it.
#[cfg(feature = "server")]
#[derive(Debug)]
pub(crate) struct SocketRequest {
    pub(crate) service: String,
    pub(crate) method: String,
    pub(crate) key: Option<ApiKey>,
    /// The parameters and the blobs.
    pub(crate) frame: RequestFrame,
}

#[cfg(feature = "server")]
#[derive(serde::Deserialize)]
struct Envelope<'a> {
    api: String,
    method: String,
    #[serde(borrow)]
    params: Option<&'a serde_json::value::RawValue>,
    #[serde(rename = "apiKey")]
    key: Option<String>,
}

/// Splits a message into its id and its frame; `None` if it is too short for an id.
#[cfg(feature = "server")]
pub(crate) fn split_id(message: &Bytes) -> Option<(u32, Bytes)> {
    let (id, rest) = message.split_first_chunk()?;
    Some((u32::from_be_bytes(*id), message.slice_ref(rest)))
}

/// Reads a request behind its id.
#[cfg(feature = "server")]
pub(crate) fn read_socket_request(body: Bytes) -> Result<SocketRequest, Failure> {
    let RequestFrame { json, blobs } = RequestFrame::read(body)?;
    let text = super::answer::checked(&json, super::DEEPEST)?;
    let envelope: Envelope<'_> = super::answer::parse(text, "")?;
    let params = match envelope.params {
        Some(params) => json.slice_ref(params.get().as_bytes()),
        None => Bytes::from_static(b"{}"),
    };
    let frame = RequestFrame { json: params, blobs };
    let key = envelope.key.and_then(ApiKey::new);
    Ok(SocketRequest { service: envelope.api, method: envelope.method, key, frame })
}
