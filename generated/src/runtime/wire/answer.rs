//! Answers: `{"result": …}` or `{"error": …}`, with the blobs of the result.

use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::frame::{Blobs, take_json};
use super::json;
use super::place::place;
use super::rules::BlobRule;
use super::scope::{self, Parked};
use crate::runtime::error::Failure;
use crate::runtime::text::{count, excerpt_at, excerpt_bytes, path_text};
use crate::runtime::{ApiError, Blob};

/// What an answer says.
#[derive(Debug)]
pub(crate) enum Reply {
    Result(Ready),
    Error(ApiError),
}

/// JSON with what is parked beside it, ready to be read into a type.
#[derive(Debug)]
pub(crate) struct Ready {
    json: Bytes,
    parked: Vec<Parked>,
}

/// Reads an answer up to the types.
pub(crate) fn read(answer: Bytes, rules: &[BlobRule]) -> Result<Reply, Failure> {
    read_with(answer, Vec::new(), rules)
}

/// The same of an answer of which the blobs may have come into files.
pub(super) fn read_with(mut answer: Bytes, files: Vec<Blob>, rules: &[BlobRule]) -> Result<Reply, Failure> {
    let json = take_json(&mut answer)?;
    let blobs = if files.is_empty() { Blobs::of_answer(answer)? } else { Blobs::of_files(files) };
    let text = checked(&json, json::DEEPEST)?;
    let envelope: Envelope<'_> = parse(text, "")?;
    match (envelope.result, envelope.error) {
        (Some(result), None) => {
            if !result.get().starts_with('{') {
                return Err(Failure::decode("result", "is not an object", result.get()));
            }
            ready(json.slice_ref(result.get().as_bytes()), blobs, rules, "result").map(Reply::Result)
        }
        (None, Some(_)) if blobs.left() > 0 => {
            Err(Failure::decode("", format!("it has {} with an error", count(blobs.left(), "blob")), text))
        }
        (None, Some(error)) => api_error(error.get()).map(Reply::Error),
        (Some(_), Some(_)) => Err(Failure::decode("", "it has both a result and an error", text)),
        (None, None) => Err(Failure::decode("", "it has neither a result nor an error", text)),
    }
}

/// Refuses an answer whose JSON is nested more deeply than that.
pub(crate) fn check_depth(answer: &Bytes, deepest: usize) -> Result<(), Failure> {
    // What is read is looked at anyway.
    if deepest < json::DEEPEST {
        checked(&take_json(&mut answer.clone())?, deepest)?;
    }
    Ok(())
}

/// JSON that has been looked at; see [`json::check`].
pub(super) fn checked(json: &[u8], deepest: usize) -> Result<&str, Failure> {
    let text = std::str::from_utf8(json)
        .map_err(|error| Failure::decode("", format!("the JSON is no text: {error}"), &excerpt_bytes(json)))?;
    match json::check(text, deepest) {
        Ok(()) => Ok(text),
        Err(refused) => {
            let message = format!("the JSON {}", refused.message);
            Err(Failure::decode("", message, &excerpt_at(text, refused.byte)))
        }
    }
}

/// Gives the blobs their places.
pub(super) fn ready(json: Bytes, blobs: Blobs, rules: &[BlobRule], prefix: &'static str) -> Result<Ready, Failure> {
    if rules.is_empty() {
        return match blobs.left() {
            0 => Ok(Ready { json, parked: Vec::new() }),
            left => Err(Failure::decode("", format!("it has {}, and no place for any", count(left, "blob")), "")),
        };
    }
    let text = std::str::from_utf8(&json).unwrap_or_default();
    let mut value: Value = parse(text, prefix)?;
    let parked = place(&mut value, blobs, rules, prefix).map_err(|failure| failure.with_excerpt(text))?;
    let json = serde_json::to_vec(&value).unwrap_or_default();
    Ok(Ready { json: json.into(), parked })
}

impl Ready {
    /// Reads the JSON into a type; paths in errors begin with the prefix.
    pub(super) fn read<T: DeserializeOwned>(self, prefix: &str) -> Result<T, Failure> {
        let Self { json, parked } = self;
        let text = std::str::from_utf8(&json).unwrap_or_default();
        scope::within(parked, || parse(text, prefix)).0
    }
}

/// Reads a whole text.
pub(super) fn parse<'de, T: Deserialize<'de>>(text: &'de str, prefix: &str) -> Result<T, Failure> {
    // Keeping track of the path costs more than reading does, so that it is done for those only who have to be told it.
    serde_json::from_str(text).or_else(|_| parse_tracked(text, prefix))
}

fn parse_tracked<'de, T: Deserialize<'de>>(text: &'de str, prefix: &str) -> Result<T, Failure> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut track = serde_path_to_error::Track::new();
    let value = T::deserialize(serde_path_to_error::Deserializer::new(&mut deserializer, &mut track));
    match value.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(unreadable(text, prefix, &path_text(&track.path()), &error)),
    }
}

fn unreadable(text: &str, prefix: &str, path: &str, error: &serde_json::Error) -> Failure {
    let path = match (prefix, path) {
        (prefix, "") => prefix.to_owned(),
        ("", path) => path.to_owned(),
        (prefix, path) => format!("{prefix}.{path}"),
    };
    Failure::decode(path, json::message(error), &excerpt_at(text, json::byte_of(text, error)))
}

fn api_error(text: &str) -> Result<ApiError, Failure> {
    let mut fields: Map<String, Value> = parse(text, "error")?;
    match fields.remove("code") {
        Some(Value::String(code)) => Ok(ApiError::from_parts(code, fields)),
        Some(_) => Err(Failure::decode("error.code", "is not a string", text)),
        None => Err(Failure::decode("error", "missing field `code`", text)),
    }
}

/// The two properties of an answer, of which one counts.
struct Envelope<'a> {
    result: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
}

impl<'de> Deserialize<'de> for Envelope<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `result` or `error`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut result, mut error) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            let (name, slot) = match key.as_str() {
                "result" => ("result", &mut result),
                "error" => ("error", &mut error),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if slot.replace(map.next_value::<&RawValue>()?).is_some() {
                return Err(de::Error::duplicate_field(name));
            }
        }
        let is_there = |value: &&RawValue| value.get() != "null";
        Ok(Envelope { result: result.filter(is_there), error: error.filter(is_there) })
    }
}

/// The JSON of an answer.
pub(super) fn write(name: &str, content: &[u8]) -> Bytes {
    let parts: [&[u8]; 5] = [b"{\"", name.as_bytes(), b"\":", content, b"}"];
    parts.concat().into()
}
