//! Events: a name, parameters, and blobs.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use memchr::memchr2;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::blobs::Layout;
use super::budget::{Budget, JsonLimits};
use super::frame::join;
use super::json;
use super::reader::{BlobReader, Blobs, FromWire, Json};
use super::writer::{FrameWriter, ToWire};
use crate::runtime::error::Failure;
use crate::runtime::text::Text;

/// The bytes of an event.
#[derive(Clone, Debug)]
pub(crate) struct EventBytes {
    /// The whole message, of which the JSON and the blobs are the rest.
    pub(super) message: Bytes,
    /// The name of the service; empty for an event that was not received.
    pub(super) service: Range<usize>,
    pub(super) json: Range<usize>,
}

impl EventBytes {
    pub(crate) fn service(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.message.get(self.service.clone()).unwrap_or_default())
    }

    /// An event with these parameters.
    pub(crate) fn write(name: &str, params: &impl ToWire) -> Result<Self, Failure> {
        let mut prefix = b"{\"event\":".to_vec();
        // Writing text to a vector cannot fail.
        let _ = serde_json::to_writer(&mut prefix, name);
        prefix.extend_from_slice(b",\"params\":");
        let (mut json, blobs) = FrameWriter::new(Layout::Response, &prefix).write(params)?;
        json.push(b'}');
        let len = json.len();
        let mut segments = blobs.finish().1.bytes;
        segments.insert(0, json.into());
        Ok(Self { message: join(&segments), service: 0..0, json: 0..len })
    }

    /// `{"event": …, "params": {…}}`
    pub(crate) fn json(&self) -> &[u8] {
        self.message.get(self.json.clone()).unwrap_or_default()
    }

    /// Each blob behind its length.
    pub(crate) fn blob_bytes(&self) -> &[u8] {
        self.message.get(self.json.end..).unwrap_or_default()
    }

    /// The number of bytes of the JSON and the blobs.
    pub(crate) fn len(&self) -> usize {
        self.message.len().saturating_sub(self.json.start)
    }

    /// Deserializes the parameters.
    pub(crate) fn read<T: FromWire>(&self, limits: JsonLimits) -> Result<T, Failure> {
        let budget = Budget::of_frame(self.len());
        let blobs = Blobs::interleaved(self.message.clone(), self.json.end)?;
        let event: Params<Json<T>> = json::read(self.json(), limits, &budget)?;
        let params = BlobReader::new(blobs, budget).read(event.params);
        params.map_err(|error| error.malformed("params", &String::from_utf8_lossy(self.json())))
    }

    /// The parameters without blobs.
    pub(crate) fn members(&self, limits: JsonLimits) -> Result<Map<String, Value>, Failure> {
        json::read(self.json(), limits, &Budget::of_frame(self.len())).map(|event: Params<_>| event.params)
    }

    pub(crate) fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        let mut blobs = Blobs::interleaved(self.message.clone(), self.json.end).ok();
        std::iter::from_fn(move || blobs.as_mut()?.next_bytes())
    }
}

#[derive(Deserialize)]
struct Params<T> {
    params: T,
}

/// The part of an event that is read on arrival, to find its subscriptions.
#[derive(Debug)]
pub(crate) struct EventHead<'a> {
    pub(crate) name: Cow<'a, str>,
    /// The id of the session, if there is one.
    pub(crate) id: Option<Cow<'a, str>>,
}

impl<'a> EventHead<'a> {
    /// Reads the name, and the id in this parameter.
    pub(crate) fn read(json: &'a [u8], id_param: &'static str) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Event<'a> {
            #[serde(borrow)]
            event: Text<'a>,
            #[serde(borrow)]
            params: Option<&'a RawValue>,
        }
        if let Some(head) = Self::read_usual_form(json, id_param) {
            return Ok(head);
        }
        let read = || {
            let Event { event: Text(name), params } = serde_json::from_slice(json)?;
            let id = params.map_or(Ok(None), |params| json::text_member(params, id_param))?;
            Ok(Self { name, id })
        };
        read().map_err(|error| json::failure(json, &error))
    }

    /// Reads the head of an event that begins with it, without spaces and escapes, as servers write it. The rest is
    /// read with the event.
    fn read_usual_form(json: &'a [u8], id_param: &str) -> Option<Self> {
        let (name, rest) = take_text(json.strip_prefix(b"{\"event\":\"")?)?;
        let rest = rest.strip_prefix(b",\"params\":{\"")?.strip_prefix(id_param.as_bytes())?;
        let (id, _) = take_text(rest.strip_prefix(b"\":\"")?)?;
        Some(Self { name: Cow::Borrowed(name), id: Some(Cow::Borrowed(id)) })
    }
}

/// Splits off the text up to its closing quote, if it has no escapes.
fn take_text(json: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr2(b'"', b'\\', json)?;
    let rest = json.get(end..)?.strip_prefix(b"\"")?;
    Some((std::str::from_utf8(json.get(..end)?).ok()?, rest))
}
