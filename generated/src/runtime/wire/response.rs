//! Responses: `{"result": …}` or `{"error": …}`, with the blobs of the result.

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::budget::{Budget, JsonLimits};
use super::codec::PlainJson;
use super::frame::{ResponseFrame, take_json};
use super::json;
use super::reader::{BlobReader, Blobs, FromWire};
use crate::runtime::blob::Blob;
use crate::runtime::error::{CallInfo, Error, Failure};
use crate::runtime::method::{ApiError, ErrorCode, Method, TransportKind};
use crate::runtime::redact::Redactor;
use crate::runtime::text::{count, excerpt_bytes};

/// The bytes of a response.
#[derive(Debug)]
pub(crate) struct RawResponse {
    pub(crate) body: Bytes,
    /// The blobs, if they were received into files.
    pub(crate) files: Vec<Blob>,
}

impl RawResponse {
    /// The number of bytes.
    pub(crate) fn len(&self) -> u64 {
        let body = u64::try_from(self.body.len()).unwrap_or(u64::MAX);
        self.files.iter().fold(body, |sum, file| sum.saturating_add(file.len()))
    }
}

impl From<Bytes> for RawResponse {
    fn from(body: Bytes) -> Self {
        Self { body, files: Vec::new() }
    }
}

/// The error of reading a response.
#[derive(Debug)]
pub(crate) enum ResponseError<E> {
    /// An error of the API, with its fields as text.
    Api { error: E, detail: String },
    /// The response is malformed.
    Malformed(Failure),
}

impl<E: ErrorCode> ResponseError<E> {
    /// The error without credentials.
    pub(crate) fn redacted(self, redactor: &Redactor) -> Self {
        match self {
            Self::Api { error, .. } => {
                let is_known = !error.description().is_empty();
                let mut error = error.into_api();
                error.redact(redactor, is_known);
                let detail = error.detail();
                match E::from_api(error) {
                    Ok(error) => Self::Api { error, detail },
                    Err(error) => Self::Malformed(Failure::decode("error", error.message(), "")),
                }
            }
            Self::Malformed(mut failure) => {
                failure.redact(redactor);
                Self::Malformed(failure)
            }
        }
    }

    pub(crate) fn at(self, at: impl Into<CallInfo>) -> Error<E> {
        match self {
            Self::Api { error, detail } => {
                Error::Api { at: Box::new(at.into()), error: Box::new(error), detail: detail.into() }
            }
            Self::Malformed(failure) => failure.at(at),
        }
    }
}

/// Reads a response in one pass over its JSON.
pub(crate) fn read_response<T: FromWire, E: ErrorCode>(
    response: RawResponse,
    limits: JsonLimits,
) -> Result<T, ResponseError<E>> {
    let malformed = ResponseError::Malformed;
    let budget = Budget::of_frame(usize::try_from(response.len()).unwrap_or(usize::MAX));
    let RawResponse { mut body, files } = response;
    let json = take_json(&mut body).map_err(malformed)?;
    let blobs = if files.is_empty() { Blobs::interleaved(body, 0).map_err(malformed)? } else { Blobs::list(files) };
    let envelope: Envelope<T::Json> = json::read(&json, limits, &budget).map_err(malformed)?;
    let invalid = |message: String| Err(malformed(Failure::decode("", message, &excerpt_bytes(&json))));
    match (envelope.result, envelope.error) {
        (Some(result), None) => {
            let result = BlobReader::new(blobs, budget).read(result);
            result.map_err(|error| malformed(error.malformed("result", &String::from_utf8_lossy(&json))))
        }
        (None, Some(_)) if blobs.left() > 0 => {
            invalid(format!("the response has an error and {}", count(blobs.left(), "blob")))
        }
        (None, Some(fields)) => Err(api_error(fields, &json)),
        (Some(_), Some(_)) => invalid("the response has both a result and an error".to_owned()),
        (None, None) => invalid("the response has neither a result nor an error".to_owned()),
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

/// A response, which has one of the two.
#[derive(Deserialize)]
#[serde(expecting = "an object with `result` or `error`")]
struct Envelope<T> {
    result: Option<T>,
    error: Option<Map<String, Value>>,
}

/// The frame of an error.
pub(crate) fn write_error(error: &ApiError) -> ResponseFrame {
    ResponseFrame::of_json(format!("{{\"error\":{}}}", error.to_json()).into())
}

/// Reads a response with an empty result.
pub(crate) fn read_acknowledgement(body: Bytes, limits: JsonLimits) -> Result<(), ResponseError<ApiError>> {
    #[derive(Serialize, Deserialize)]
    struct Empty {}
    impl PlainJson for Empty {}
    read_response(body.into(), limits).map(|Empty {}| ())
}

/// Reads the response of a method that ends a subscription. The error that there is no subscription is ignored.
pub(crate) fn read_unsubscribed(
    at: &'static Method,
    body: Bytes,
    limits: JsonLimits,
) -> Result<(), ResponseError<ApiError>> {
    let none = match at.transport {
        TransportKind::OpenWebSocketElse { error } => Some(error),
        _ => None,
    };
    match read_acknowledgement(body, limits) {
        Err(ResponseError::Api { error, .. }) if none == Some(error.code()) => Ok(()),
        read => read,
    }
}

/// Whether the response has a result, which may be malformed.
pub(crate) fn has_result(body: &Bytes) -> bool {
    with_result(body, |_| Some(())).is_some()
}

/// The text of a property of the result, the rest of which may be malformed.
pub(crate) fn result_text(body: &Bytes, name: &str) -> Option<String> {
    with_result(body, |result| json::text_member(result, name).ok().flatten().map(Cow::into_owned))
}

fn with_result<T>(body: &Bytes, read: impl FnOnce(&RawValue) -> Option<T>) -> Option<T> {
    #[derive(Deserialize)]
    struct Response<'a> {
        #[serde(borrow)]
        result: &'a RawValue,
    }
    let json = take_json(&mut body.clone()).ok()?;
    let Response { result } = serde_json::from_slice(&json).ok()?;
    read(result)
}

/// The JSON and the blobs of a response or an event.
#[cfg(feature = "test-util")]
pub(crate) fn split_response(mut body: Bytes) -> Result<(Bytes, Vec<Bytes>), Failure> {
    let json = take_json(&mut body)?;
    let mut blobs = Blobs::interleaved(body, 0)?;
    Ok((json, std::iter::from_fn(|| blobs.next_bytes()).collect()))
}
