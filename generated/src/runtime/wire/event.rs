//! Events: a name, parameters, and blobs.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::frame::{Blobs, write_len};
use super::payload::join;
use super::place::place;
use super::rules::BlobRule;
use super::{answer, scope};
use crate::runtime::error::Failure;
use crate::runtime::text::path_text;

/// An event without its service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub(crate) name: String,
    /// An object.
    pub(crate) params: Value,
    /// Lengths and data by turns, all of which have been checked.
    blobs: Bytes,
    /// The number of bytes of the message.
    pub(crate) size: usize,
}

#[derive(Deserialize)]
struct Envelope {
    event: String,
    params: Value,
}

impl Event {
    /// What travels beside the JSON.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        let mut blobs = Blobs::of_answer(self.blobs.clone()).ok();
        std::iter::from_fn(move || Some(blobs.as_mut()?.next()?.into_bytes()))
    }

    /// Reads an event: its JSON, and its blobs with their lengths.
    pub(crate) fn read(json: &Bytes, blobs: Bytes, deepest: usize) -> Result<Self, Failure> {
        Blobs::of_answer(blobs.clone())?;
        let text = answer::checked(json, deepest)?;
        let Envelope { event, params } = answer::parse(text, "")?;
        if !params.is_object() {
            return Err(Failure::decode("params", "is not an object", text));
        }
        let size = json.len().saturating_add(blobs.len());
        Ok(Self { name: event, params, blobs, size })
    }
}

/// An event with these parameters.
pub(crate) fn encode_event(name: &str, params: &impl Serialize, rules: &[BlobRule]) -> Result<Event, Failure> {
    let (json, payloads) = super::lift(super::serialize(params)?, rules, None)?;
    let unreadable = |error: serde_json::Error| Failure::invalid("", format!("cannot be written as JSON: {error}"));
    let params: Value = serde_json::from_slice(&json).map_err(unreadable)?;
    let mut pieces = Vec::new();
    for payload in payloads {
        let mut head = Vec::new();
        write_len(payload.len(), &mut head);
        pieces.push(Bytes::from(head));
        pieces.extend(payload.segments().iter().cloned());
    }
    let blobs = join(&pieces);
    let size = json.len().saturating_add(blobs.len());
    Ok(Event { name: name.to_owned(), params, blobs, size })
}

/// The parameters of an event, read into a type.
pub(crate) fn decode_event<T: DeserializeOwned>(event: &Event, rules: &[BlobRule]) -> Result<T, Failure> {
    let mut params = event.params.clone();
    let parked = place(&mut params, Blobs::of_answer(event.blobs.clone())?, rules, "params")?;
    // The path is of use only where something is wrong.
    let (read, _) =
        scope::within(parked, || T::deserialize(&params).or_else(|_| serde_path_to_error::deserialize(params)));
    read.map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
        let path = match path_text(error.path()).as_str() {
            "" => "params".to_owned(),
            path => format!("params.{path}"),
        };
        Failure::decode(path, error.inner().to_string(), "")
    })
}

/// The message that tells an event.
#[cfg(feature = "server")]
pub(crate) fn event_message(service: &str, event: &Event) -> Result<Bytes, Failure> {
    let Ok(len) = u8::try_from(service.len()) else {
        return Err(Failure::invalid("", "the name of the service has more than 255 bytes"));
    };
    let json = serde_json::json!({"event": event.name, "params": event.params}).to_string();
    let mut head = vec![1, len];
    head.extend_from_slice(service.as_bytes());
    write_len(json.len(), &mut head);
    Ok(join(&[head.into(), json.into(), event.blobs.clone()]))
}
