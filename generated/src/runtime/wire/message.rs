//! Messages on the WebSocket: frames with an id before them, and events.

use std::ops::Range;

use bytes::{Buf as _, Bytes, BytesMut};
use serde_json::{Map, Value};

use super::event::EventBytes;
use super::frame::{RequestFrame, json_range, malformed};
use crate::runtime::error::Failure;
use crate::runtime::method::{ApiKey, Method};

/// The bytes before the frame of a response: its kind, and the id of the call.
const RESPONSE_HEAD: usize = 5;
/// The bytes before the name of an event's service: its kind, and the length of the name.
const EVENT_HEAD: usize = 2;

/// A message of the server.
#[derive(Debug)]
pub(crate) enum ServerMessage {
    /// A response; its frame has not been read.
    Response { id: u32, body: Bytes },
    /// An event; only its frame has been read.
    Event(EventBytes),
}

/// A message of the server that cannot be read.
#[derive(Debug)]
pub(crate) enum MalformedMessage {
    /// A response that does not say whose it is.
    Response(Failure),
    /// An event of this service, if that is known.
    Event { service: String, failure: Failure },
}

/// A request without its id.
pub(crate) fn socket_request(method: &Method, frame: RequestFrame, key: Option<&ApiKey>) -> RequestFrame {
    let mut json = Vec::with_capacity(frame.json().len().saturating_add(128));
    let member = |json: &mut Vec<u8>, begin: &str, text: &str| {
        json.extend_from_slice(begin.as_bytes());
        // Writing text to a vector cannot fail.
        let _ = serde_json::to_writer(json, text);
    };
    member(&mut json, "{\"api\":", method.service);
    member(&mut json, ",\"method\":", method.name);
    json.extend_from_slice(b",\"params\":");
    json.extend_from_slice(frame.json());
    if let Some(key) = key {
        member(&mut json, ",\"apiKey\":", key.expose());
    }
    json.push(b'}');
    frame.with_json(json)
}

/// A request of which the only parameter is an id.
pub(crate) fn id_request(param: &str, id: &str) -> RequestFrame {
    let params = Map::from_iter([(param.to_owned(), Value::from(id))]);
    RequestFrame::of_json(Value::from(params).to_string())
}

/// The message of a request, with room for its id.
pub(crate) fn request_message(request: &RequestFrame) -> BytesMut {
    request.to_message(&[0; 4])
}

/// A message with its id.
pub(crate) fn with_id(mut message: BytesMut, id: u32) -> Bytes {
    if let Some(place) = message.first_chunk_mut() {
        *place = id.to_be_bytes();
    }
    message.freeze()
}

/// Reads a message of the server.
pub(crate) fn read_server_message(mut message: Bytes) -> Result<ServerMessage, MalformedMessage> {
    let response = |message: &str| MalformedMessage::Response(malformed(message));
    let Some((&kind, bytes)) = message.split_first() else {
        return Err(response("the message is empty"));
    };
    if kind == 0 {
        let Some((id, _)) = bytes.split_first_chunk() else {
            return Err(response("the message ends inside the id of a call"));
        };
        let id = u32::from_be_bytes(*id);
        message.advance(RESPONSE_HEAD);
        return Ok(ServerMessage::Response { id, body: message });
    }
    let split = bytes.split_first().and_then(|(len, rest)| rest.split_at_checked(usize::from(*len)));
    let Some((service, body)) = split else {
        let failure = malformed("the message ends inside the name of the service");
        return Err(MalformedMessage::Event { service: String::new(), failure });
    };
    let start = message.len().saturating_sub(body.len());
    match json_range(body) {
        Ok(Range { start: from, end }) => {
            let json = start.saturating_add(from)..start.saturating_add(end);
            Ok(ServerMessage::Event(EventBytes::new(message, EVENT_HEAD..start, json)))
        }
        Err(failure) => {
            let service = String::from_utf8_lossy(service).into_owned();
            Err(MalformedMessage::Event { service, failure })
        }
    }
}
