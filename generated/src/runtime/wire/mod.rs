//! The wire: frames, their JSON, their blobs.

mod blobs;
mod codec;
mod event;
mod finite;
mod frame;
mod guard;
mod json;
mod message;
mod object;
mod path;
mod reader;
mod response;
mod wire_error;
mod wire_object;
mod writer;

pub use codec::{
    Base64Text, FromWire, IndexedTensor, IndexedTensorColumn, Json, KeyedBlob, PlainJson, TensorColumn, ToWire,
};
pub use frame::{RequestFrame, ResponseFrame};
pub use object::ObjectWriter;
pub use reader::BlobReader;
pub use wire_error::WireError;
pub use writer::FrameWriter;

pub(crate) use event::{EventBytes, EventHead};
#[cfg(any(feature = "server", feature = "dynamic"))]
pub(crate) use frame::IncomingFrame;
pub(crate) use frame::{join, total};
pub(crate) use guard::DEEPEST;
pub(crate) use message::{
    MalformedMessage, ServerMessage, id_request, read_server_message, request_message, socket_request, with_id,
};
#[cfg(feature = "server")]
pub(crate) use message::{SocketRequest, event_message, read_socket_request, response_message, split_id};
pub(crate) use response::{RawResponse, ResponseError, read_response};

use blobs::Layout;
#[cfg(any(feature = "server", feature = "dynamic"))]
use reader::Blobs;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::error::Failure;
use super::{ApiError, Error, Method, TransportKind};

/// A request in its frame.
pub(crate) fn write_request(request: &impl ToWire) -> Result<RequestFrame, Failure> {
    let (json, blobs) = FrameWriter::new(Layout::Request, b"").write(request)?;
    Ok(RequestFrame::new(json, blobs))
}

/// A request, read from its frame.
#[cfg(any(feature = "server", feature = "dynamic"))]
pub(crate) fn read_request<T: FromWire>(frame: IncomingFrame) -> Result<T, Failure> {
    let json = json::read(&frame.json, DEEPEST, "")?;
    let request = BlobReader::new(Blobs::list(frame.blobs)).read(json);
    request.map_err(|error| error.malformed("", &String::from_utf8_lossy(&frame.json)))
}

/// A result in its frame.
#[cfg(any(feature = "server", feature = "dynamic"))]
pub(crate) fn write_result(result: &impl ToWire) -> Result<ResponseFrame, Failure> {
    let (mut json, blobs) = FrameWriter::new(Layout::Response, b"{\"result\":").write(result)?;
    json.push(b'}');
    Ok(ResponseFrame::new(json, blobs))
}

/// An error in its frame.
pub(crate) fn write_error(error: &ApiError) -> ResponseFrame {
    ResponseFrame::of_json(format!("{{\"error\":{}}}", error.to_json()).into())
}

/// A result without members in its frame.
#[cfg(feature = "server")]
pub(crate) fn write_empty_result() -> ResponseFrame {
    ResponseFrame::of_json(b"{\"result\":{}}".to_vec())
}

/// Reads the response to a method that takes an id and responds with nothing else.
pub(crate) fn read_acknowledgement(body: Bytes, deepest: usize) -> Result<(), ResponseError<ApiError>> {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Nothing {}
    impl PlainJson for Nothing {}
    read_response(body.into(), deepest).map(|Nothing {}| ())
}

/// Reads the response to a method that ends a subscription. That there is none is what was wanted.
pub(crate) fn read_unsubscribed(at: &'static Method, body: Bytes, deepest: usize) -> Result<(), Error> {
    let none = match at.transport {
        TransportKind::OpenWebSocketElse { error } => Some(error),
        _ => None,
    };
    match read_acknowledgement(body, deepest) {
        Err(ResponseError::Api { error, .. }) if none == Some(error.code()) => Ok(()),
        read => read.map_err(|error| error.at(at)),
    }
}

/// The members of a result that cannot be read into its type.
pub(crate) fn result_members(body: &Bytes) -> Option<Map<String, Value>> {
    #[derive(serde::Deserialize)]
    struct Members {
        result: Map<String, Value>,
    }
    let json = frame::take_json(&mut body.clone()).ok()?;
    serde_json::from_slice(&json).ok().map(|Members { result }| result)
}

/// The JSON and the blobs of a response or an event.
#[cfg(feature = "test-util")]
pub(crate) fn split_response(mut body: Bytes) -> Result<(Bytes, Vec<Bytes>), Failure> {
    let json = frame::take_json(&mut body)?;
    let mut blobs = Blobs::interleaved(body, 0)?;
    Ok((json, std::iter::from_fn(|| blobs.next()).map(super::Blob::into_bytes).collect()))
}
