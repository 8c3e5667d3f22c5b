//! WebSocket messages: frames with an id before them, and events.

use std::ops::Range;

use bytes::{Buf as _, Bytes, BytesMut};
use serde_json::{Map, Value};

use super::blobs::{BlobWriter, Layout};
use super::event::EventBytes;
use super::frame::{RequestFrame, json_range, malformed};
use crate::runtime::error::Failure;
use crate::runtime::method::{ApiKey, Method};

/// The number of bytes of a call's id.
const ID_LEN: usize = 4;

/// A message of the server.
#[derive(Debug)]
pub(crate) enum ServerMessage {
    /// A response, whose frame has not been read.
    Response { id: u32, body: Bytes },
    /// An event, of which only the frame has been read.
    Event(EventBytes),
}

/// A malformed message of the server.
#[derive(Debug)]
pub(crate) enum MalformedMessage {
    /// A response without the id of its call.
    Response(Failure),
    /// An event; the service is empty if it is unknown.
    Event { service: String, failure: Failure },
}

/// The frame of a WebSocket request.
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

/// A request whose only parameter is an id.
pub(crate) fn id_request(param: &str, id: &str) -> RequestFrame {
    let params = Map::from_iter([(param.to_owned(), Value::from(id))]);
    RequestFrame::new(Value::from(params).to_string().into(), BlobWriter::new(Layout::Request))
}

/// The message of a request, with space for its id.
pub(crate) fn request_message(request: &RequestFrame) -> BytesMut {
    request.to_message(&[0; ID_LEN])
}

/// The number of bytes of a request's message.
pub(crate) fn message_len(request: &RequestFrame) -> usize {
    request.body_len().saturating_add(ID_LEN)
}

/// Writes the id into a message.
pub(crate) fn with_id(mut message: BytesMut, id: u32) -> Bytes {
    if let Some(place) = message.first_chunk_mut() {
        *place = id.to_be_bytes();
    }
    message.freeze()
}

pub(crate) fn read_server_message(mut message: Bytes) -> Result<ServerMessage, MalformedMessage> {
    let response = |message: &str| MalformedMessage::Response(malformed(message));
    let kind = message.try_get_u8().map_err(|_| response("the message is empty"))?;
    if kind == 0 {
        let id = message.try_get_u32().map_err(|_| response("the message ends inside the id of a call"))?;
        return Ok(ServerMessage::Response { id, body: message });
    }
    let len = message.try_get_u8().map_or(usize::MAX, usize::from);
    let Some((service, body)) = message.split_at_checked(len) else {
        let failure = malformed("the message ends inside the name of the service");
        return Err(MalformedMessage::Event { service: String::new(), failure });
    };
    match json_range(body) {
        Ok(Range { start, end }) => {
            let json = len.saturating_add(start)..len.saturating_add(end);
            Ok(ServerMessage::Event(EventBytes { message, service: 0..len, json }))
        }
        Err(failure) => {
            let service = String::from_utf8_lossy(service).into_owned();
            Err(MalformedMessage::Event { service, failure })
        }
    }
}
