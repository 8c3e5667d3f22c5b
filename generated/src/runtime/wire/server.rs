//! Incoming requests of a server, and its messages.

use bytes::Bytes;

use super::blobs::Layout;
#[cfg(feature = "server")]
use super::blobs::write_len;
use super::budget::{Budget, JsonLimits};
#[cfg(feature = "server")]
use super::event::EventBytes;
use super::frame::{ResponseFrame, malformed, take, take_len, total};
use super::json;
use super::reader::{BlobReader, Blobs, FromWire};
use super::writer::{FrameWriter, ToWire};
use crate::runtime::blob::Blob;
use crate::runtime::error::Failure;
#[cfg(feature = "server")]
use crate::runtime::method::ApiKey;
use crate::runtime::text::count;

/// The frame of an incoming request.
#[derive(Clone, Debug)]
pub(crate) struct IncomingFrame {
    pub(crate) json: Bytes,
    pub(crate) blobs: Vec<Bytes>,
}

impl IncomingFrame {
    /// Reads the body of an HTTP request.
    pub(crate) fn read(body: &Bytes) -> Result<Self, Failure> {
        let Some((number, mut rest)) = body.split_first() else {
            return Err(malformed("the body is empty"));
        };
        let json = take_len(&mut rest, format_args!("the length of the JSON"))?;
        let mut sizes = Vec::with_capacity(usize::from(*number));
        for index in 0..*number {
            sizes.push(take_len(&mut rest, format_args!("the length of blob {index}"))?);
        }
        let json = body.slice_ref(take(&mut rest, json, format_args!("the JSON"))?);
        let mut blobs = Vec::with_capacity(sizes.len());
        for (index, size) in sizes.into_iter().enumerate() {
            blobs.push(body.slice_ref(take(&mut rest, size, format_args!("blob {index}"))?));
        }
        if !rest.is_empty() {
            return Err(malformed(format!("the frame is followed by {}", count(rest.len(), "byte"))));
        }
        Ok(Self { json, blobs })
    }
}

/// Reads a request from its frame.
pub(crate) fn read_request<T: FromWire>(frame: IncomingFrame, limits: JsonLimits) -> Result<T, Failure> {
    let budget = Budget::of_frame(frame.json.len().saturating_add(total(&frame.blobs)));
    let json = json::read(&frame.json, limits, &budget)?;
    let blobs = Blobs::list(frame.blobs.into_iter().map(Blob::from).collect());
    let request = BlobReader::new(blobs, budget).read(json);
    request.map_err(|error| error.malformed("", &String::from_utf8_lossy(&frame.json)))
}

/// The frame of a result.
pub(crate) fn write_result(result: &impl ToWire) -> Result<ResponseFrame, Failure> {
    let (mut json, blobs) = FrameWriter::new(Layout::Response, b"{\"result\":").write(result)?;
    json.push(b'}');
    Ok(ResponseFrame::new(json, blobs))
}

/// The frame of an empty result.
#[cfg(feature = "server")]
pub(crate) fn write_empty_result() -> ResponseFrame {
    ResponseFrame::of_json(b"{\"result\":{}}".to_vec())
}

/// The WebSocket message of an event.
#[cfg(feature = "server")]
pub(crate) fn event_message(service: &str, event: &EventBytes) -> Result<Bytes, Failure> {
    let Ok(len) = u8::try_from(service.len()) else {
        return Err(Failure::invalid("", "the name of the service has more than 255 bytes"));
    };
    let mut message = vec![1, len];
    message.extend_from_slice(service.as_bytes());
    write_len(event.json().len(), &mut message);
    message.extend_from_slice(event.json());
    message.extend_from_slice(event.blob_bytes());
    Ok(message.into())
}

/// The WebSocket message of a response.
#[cfg(feature = "server")]
pub(crate) fn response_message(id: u32, response: &[Bytes]) -> Bytes {
    let mut message = Vec::with_capacity(total(response).saturating_add(5));
    message.push(0);
    message.extend_from_slice(&id.to_be_bytes());
    response.iter().for_each(|segment| message.extend_from_slice(segment));
    message.into()
}

/// An incoming WebSocket request.
#[cfg(feature = "server")]
#[derive(Debug)]
pub(crate) struct SocketRequest {
    pub(crate) service: String,
    pub(crate) method: String,
    pub(crate) key: Option<ApiKey>,
    pub(crate) frame: IncomingFrame,
}

#[cfg(feature = "server")]
#[derive(serde::Deserialize)]
struct Envelope<'a> {
    api: String,
    method: String,
    // The method determines the type.
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

/// Reads a request that follows its id.
#[cfg(feature = "server")]
pub(crate) fn read_socket_request(body: &Bytes, limits: JsonLimits) -> Result<SocketRequest, Failure> {
    let IncomingFrame { json, blobs } = IncomingFrame::read(body)?;
    limits.check(u64::try_from(json.len()).unwrap_or(u64::MAX))?;
    let envelope: Envelope<'_> = serde_json::from_slice(&json).map_err(|error| json::failure(&json, &error))?;
    let params = match envelope.params {
        Some(params) => json.slice_ref(params.get().as_bytes()),
        None => Bytes::from_static(b"{}"),
    };
    let frame = IncomingFrame { json: params, blobs };
    let key = envelope.key.and_then(ApiKey::new);
    Ok(SocketRequest { service: envelope.api, method: envelope.method, key, frame })
}
