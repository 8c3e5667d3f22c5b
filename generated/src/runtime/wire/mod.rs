//! The wire: frames, their JSON, their blobs.

mod answer;
mod entries;
mod event;
mod finite;
mod frame;
mod json;
mod lift;
mod message;
mod path;
mod payload;
mod place;
mod refusal;
mod rules;
pub(crate) mod scope;

pub use frame::{AnswerFrame, RequestFrame};
pub use payload::Payload;
pub use rules::BlobRule;

pub(crate) use answer::check_depth;
pub(crate) use event::{Event, decode_event, encode_event};
pub(crate) use json::DEEPEST;
pub(crate) use message::{ServerMessage, id_request, read_server_message, request_message, socket_request, with_id};
pub(crate) use payload::{join, total};
pub(crate) use refusal::refusal;
pub(crate) use rules::has_only_bytes;
#[cfg(feature = "server")]
pub(crate) use {
    event::event_message,
    message::{SocketRequest, answer_message, read_socket_request, split_id},
};

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::Failure;
use super::{ApiError, CallInfo, Error, ErrorCode, Method, Operation, Route};
use scope::Parked;

/// A request in its frame.
pub(crate) fn encode_request<T: Serialize>(method: &Method, request: &T) -> Result<RequestFrame, Failure> {
    let (json, blobs) = lift(serialize(request)?, method.request_blobs, Some(frame::MOST_BLOBS))?;
    RequestFrame::new(json, blobs)
}

/// Whether a boolean parameter has a value.
pub(crate) fn has_flag(frame: &RequestFrame, param: &str, value: bool) -> bool {
    param_of(frame, param) == Some(Value::Bool(value))
}

/// A parameter that is text.
pub(crate) fn text_param(frame: &RequestFrame, param: &str) -> Option<String> {
    match param_of(frame, param) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

fn param_of(frame: &RequestFrame, param: &str) -> Option<Value> {
    let mut params: Map<_, _> = serde_json::from_slice(&frame.json).ok()?;
    params.remove(param)
}

/// An answer, read into the method's types.
pub(crate) fn decode_answer<R: Operation>(
    answer: Bytes,
    files: Vec<super::Blob>,
    at: CallInfo,
) -> Result<R::Output, Error<R::Error>> {
    match answer::read_with(answer, files, at.method.response_blobs) {
        Ok(answer::Reply::Result(result)) => result.read("result").map_err(|failure| failure.at(at)),
        Ok(answer::Reply::Error(error)) => Err(api_error(at, error)),
        Err(failure) => Err(failure.at(at)),
    }
}

fn api_error<E: ErrorCode>(at: CallInfo, error: ApiError) -> Error<E> {
    let (json, detail) = (error.to_json(), error.detail());
    match E::from_api(error) {
        Ok(error) => Error::Api { at: Box::new(at), error: Box::new(error), detail: detail.into() },
        Err(error) => {
            let path = if error.path().is_empty() { "error".to_owned() } else { format!("error.{}", error.path()) };
            Failure::decode(path, error.message(), &json.to_string()).at(at)
        }
    }
}

/// A request, read from its frame.
#[cfg(any(feature = "dynamic", feature = "test-util"))]
pub(crate) fn decode_request<T: serde::de::DeserializeOwned>(method: &Method, body: Bytes) -> Result<T, Failure> {
    decode_frame(method, RequestFrame::read(body)?)
}

/// A request, read from its parts.
#[cfg(any(feature = "server", feature = "dynamic"))]
pub(crate) fn decode_frame<T: serde::de::DeserializeOwned>(method: &Method, frame: RequestFrame) -> Result<T, Failure> {
    let text = answer::checked(&frame.json, DEEPEST)?;
    if !text.trim_start().starts_with('{') {
        return Err(Failure::decode("", "the parameters are not an object", text));
    }
    answer::ready(frame.json, frame::Blobs::of_request(frame.blobs), method.request_blobs, "")?.read("")
}

/// A result in its frame.
#[cfg(any(feature = "server", feature = "dynamic"))]
pub(crate) fn encode_result<T: Serialize>(method: &Method, result: &T) -> Result<AnswerFrame, Failure> {
    let (json, blobs) = lift(serialize(result)?, method.response_blobs, None)?;
    Ok(AnswerFrame::new(answer::write("result", &json), blobs))
}

/// An error in its frame.
pub(crate) fn encode_error(error: &ApiError) -> AnswerFrame {
    AnswerFrame::new(answer::write("error", error.to_json().to_string().as_bytes()), Vec::new())
}

/// The JSON and the blobs of an answer.
#[cfg(feature = "test-util")]
pub(crate) fn answer_parts(mut answer: Bytes) -> Result<(Bytes, Vec<Bytes>), Failure> {
    let json = frame::take_json(&mut answer)?;
    let mut blobs = frame::Blobs::of_answer(answer)?;
    let bytes = |blob: super::Blob| blob.into_bytes();
    Ok((json, std::iter::from_fn(|| blobs.next()).map(bytes).collect()))
}

/// An empty result in its frame.
#[cfg(feature = "server")]
pub(crate) fn encode_empty() -> AnswerFrame {
    AnswerFrame::new(answer::write("result", b"{}"), Vec::new())
}

/// What an answer says, without its types.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The properties of the result; of no use where bytes or tensors belong.
    Result(Map<String, Value>),
    Error(ApiError),
}

/// Reads the answer to a method that ends a subscription. That there is none is what was wanted.
pub(crate) fn unsubscribed(at: &'static Method, answer: Bytes) -> Result<(), Error> {
    let none = match at.transport {
        Route::OpenWebSocketElse { error } => Some(error),
        _ => None,
    };
    match outcome(at, answer) {
        Ok(Outcome::Result(_)) => Ok(()),
        Ok(Outcome::Error(error)) if none == Some(error.code()) => Ok(()),
        Ok(Outcome::Error(error)) => Err(api_error(at.into(), error)),
        Err(failure) => Err(failure.at(at)),
    }
}

/// Reads an answer as far as it goes without its types.
pub(crate) fn outcome(method: &Method, answer: Bytes) -> Result<Outcome, Failure> {
    match answer::read(answer, method.response_blobs)? {
        answer::Reply::Result(result) => result.read("result").map(Outcome::Result),
        answer::Reply::Error(error) => Ok(Outcome::Error(error)),
    }
}

/// The JSON of a value, and what stands in it as positions.
struct Serialized {
    json: Vec<u8>,
    parked: Vec<Parked>,
}

fn serialize<T: Serialize>(value: &T) -> Result<Serialized, Failure> {
    let (mut json, mut nulls) = (Vec::with_capacity(128), finite::Nulls::default());
    let mut serializer = serde_json::Serializer::with_formatter(&mut json, &mut nulls);
    let (written, parked) = scope::within(Vec::new(), || value.serialize(&mut serializer));
    if let Err(error) = written {
        return Err(Failure::invalid("", format!("cannot be written as JSON: {error}")));
    }
    if nulls.seen {
        let (found, _) = scope::within(Vec::new(), || finite::not_finite(value));
        if let Some((path, number)) = found {
            return Err(Failure::invalid(
                path,
                format!("{number} is no number that JSON can hold; make it a finite one"),
            ));
        }
    }
    Ok(Serialized { json, parked })
}

/// Takes bytes and tensors out of the JSON, into no more than so many blobs.
fn lift(
    Serialized { json, parked }: Serialized,
    rules: &[BlobRule],
    most: Option<usize>,
) -> Result<(Bytes, Vec<Payload>), Failure> {
    if json == b"null" {
        // A request without any parameter.
        return Ok((Bytes::from_static(b"{}"), Vec::new()));
    }
    if rules.is_empty() && parked.is_empty() {
        return Ok((json.into(), Vec::new()));
    }
    let unreadable = |error: serde_json::Error| Failure::invalid("", format!("cannot be written as JSON: {error}"));
    let mut value = serde_json::from_slice(&json).map_err(unreadable)?;
    let blobs = lift::lift(&mut value, parked, rules, most)?;
    let json = serde_json::to_vec(&value).map_err(unreadable)?;
    Ok((json.into(), blobs))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::runtime::Blob;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Instantiate {
        state: State,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "type", rename_all = "camelCase")]
    enum State {
        Data { data: Vec<Item> },
        Other,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Item {
        key: String,
        data: Blob,
    }

    const RULES: &[BlobRule] = &[BlobRule::keyed_at_root("state<type=data>.data", "names", "key", "data")];

    fn there_and_back(value: &Instantiate) -> (Value, usize) {
        let (json, blobs) = lift(serialize(value).unwrap(), RULES, None).unwrap();
        let (text, number) = (serde_json::from_slice(&json).unwrap(), blobs.len());
        let ready = answer::ready(json, frame::Blobs::of_request(blobs), RULES, "").unwrap();
        assert_eq!(ready.read::<Instantiate>("").unwrap(), *value);
        (text, number)
    }

    #[test]
    fn names_stand_at_the_root_if_their_items_are_there() {
        let item = |key: &str| Item { key: key.into(), data: key.into() };
        let two = Instantiate { state: State::Data { data: vec![item("b"), item("a")] } };
        assert_eq!(there_and_back(&two), (json!({"state": {"type": "data"}, "names": ["b", "a"]}), 2));
        let none = Instantiate { state: State::Data { data: Vec::new() } };
        assert_eq!(there_and_back(&none), (json!({"state": {"type": "data"}, "names": []}), 0));
        let other = Instantiate { state: State::Other };
        assert_eq!(there_and_back(&other), (json!({"state": {"type": "other"}}), 0));
    }

    #[test]
    fn bytes_without_a_rule_are_not_lost_silently() {
        assert!(lift(serialize(&Blob::from("x")).unwrap(), &[], None).is_err());
    }
}
