//! Responses: `{"result": …}` or `{"error": …}`, with the blobs of the result.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::{Map, Value};

use super::codec::PlainJson;
use super::frame::{ResponseFrame, take_json};
use super::json;
use super::reader::{BlobReader, Blobs, FromWire};
use crate::runtime::blob::Blob;
use crate::runtime::error::{CallInfo, Error, Failure};
use crate::runtime::method::{ApiError, ErrorCode, Method, TransportKind};
use crate::runtime::text::{count, excerpt_bytes};

/// The bytes of a response.
#[derive(Debug)]
pub(crate) struct RawResponse {
    pub(crate) body: Bytes,
    /// Blobs that were written to files while the response arrived.
    pub(crate) files: Vec<Blob>,
}

impl RawResponse {
    /// The number of bytes.
    pub(crate) fn len(&self) -> u64 {
        let body = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        self.files.iter().fold(body, |sum, file| sum.saturating_add(file.size()))
    }
}

impl From<Bytes> for RawResponse {
    fn from(body: Bytes) -> Self {
        Self { body, files: Vec::new() }
    }
}

/// Why a response is no result.
#[derive(Debug)]
pub(crate) enum ResponseError<E> {
    /// It is an error of the API, with what its fields say.
    Api { error: E, detail: String },
    /// It is malformed.
    Malformed(Failure),
}

impl<E: ErrorCode> ResponseError<E> {
    /// The error of the call.
    pub(crate) fn at(self, at: impl Into<CallInfo>) -> Error<E> {
        match self {
            Self::Api { error, detail } => {
                Error::Api { at: Box::new(at.into()), error: Box::new(error), detail: detail.into() }
            }
            Self::Malformed(failure) => failure.at(at),
        }
    }
}

/// Reads a response into its types, in one pass over its JSON.
pub(crate) fn read_response<T: FromWire, E: ErrorCode>(
    response: RawResponse,
    deepest: usize,
) -> Result<T, ResponseError<E>> {
    let malformed = ResponseError::Malformed;
    let RawResponse { mut body, files } = response;
    let json = take_json(&mut body).map_err(malformed)?;
    let blobs = if files.is_empty() { Blobs::interleaved(body, 0).map_err(malformed)? } else { Blobs::files(files) };
    let envelope: Envelope<T::Json> = json::read(&json, deepest).map_err(malformed)?;
    let complain = |message: String| Err(malformed(Failure::decode("", message, &excerpt_bytes(&json))));
    match (envelope.result, envelope.error) {
        (Some(result), None) => {
            let result = BlobReader::new(blobs).read(result);
            result.map_err(|error| malformed(error.malformed("result", &String::from_utf8_lossy(&json))))
        }
        (None, Some(_)) if blobs.left() > 0 => {
            complain(format!("it has {} with an error", count(blobs.left(), "blob")))
        }
        (None, Some(fields)) => Err(api_error(fields, &json)),
        (Some(_), Some(_)) => complain("it has both a result and an error".to_owned()),
        (None, None) => complain("it has neither a result nor an error".to_owned()),
    }
}

fn api_error<E: ErrorCode>(mut fields: Map<String, Value>, json: &[u8]) -> ResponseError<E> {
    let malformed = |path: &str, message: &str| {
        ResponseError::Malformed(Failure::decode(path, message, &String::from_utf8_lossy(json)))
    };
    let code = match fields.remove("code") {
        Some(Value::String(code)) => code,
        Some(_) => return malformed("error.code", "is not a string"),
        None => return malformed("error", "missing field `code`"),
    };
    let error = ApiError::from_parts(code, fields);
    let detail = error.detail();
    match E::from_api(error) {
        Ok(error) => ResponseError::Api { error, detail },
        Err(error) if error.path().is_empty() => malformed("error", error.message()),
        Err(error) => malformed(&format!("error.{}", error.path()), error.message()),
    }
}

/// The two properties of a response, of which one counts.
struct Envelope<T> {
    result: Option<T>,
    error: Option<Map<String, Value>>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Envelope<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor(PhantomData))
    }
}

struct EnvelopeVisitor<T>(PhantomData<T>);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Property {
    Result,
    Error,
    #[serde(other)]
    Other,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for EnvelopeVisitor<T> {
    type Value = Envelope<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `result` or `error`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut result, mut error) = (None, None);
        while let Some(property) = map.next_key()? {
            match property {
                Property::Result => put("result", &mut result, map.next_value()?)?,
                Property::Error => put("error", &mut error, map.next_value()?)?,
                Property::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Envelope { result: result.flatten(), error: error.flatten() })
    }
}

fn put<T, E: de::Error>(name: &'static str, slot: &mut Option<T>, value: T) -> Result<(), E> {
    if slot.replace(value).is_some() { Err(E::duplicate_field(name)) } else { Ok(()) }
}

/// An error in its frame.
pub(crate) fn write_error(error: &ApiError) -> ResponseFrame {
    ResponseFrame::of_json(format!("{{\"error\":{}}}", error.to_json()).into())
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
    let json = take_json(&mut body.clone()).ok()?;
    serde_json::from_slice(&json).ok().map(|Members { result }| result)
}

/// The JSON and the blobs of a response or an event.
#[cfg(feature = "test-util")]
pub(crate) fn split_response(mut body: Bytes) -> Result<(Bytes, Vec<Bytes>), Failure> {
    let json = take_json(&mut body)?;
    let mut blobs = Blobs::interleaved(body, 0)?;
    Ok((json, std::iter::from_fn(|| blobs.next()).map(Blob::into_bytes).collect()))
}
