//! Events: a name, parameters, and blobs.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;
use memchr::memchr2;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::blobs::{Layout, Piece};
use super::json;
use super::reader::{BlobReader, Blobs, FromWire, Json};
use super::writer::{FrameWriter, ToWire};
use crate::runtime::error::Failure;
use crate::runtime::text::Text;
use crate::runtime::wire::join;

/// The bytes of an event: its message, in which the JSON and then the blobs follow the name of its service.
#[derive(Clone, Debug)]
pub(crate) struct EventBytes {
    message: Bytes,
    service: Range<usize>,
    json: Range<usize>,
}

impl EventBytes {
    /// The event of which the service's name and the JSON are at these places of the message.
    pub(super) fn new(message: Bytes, service: Range<usize>, json: Range<usize>) -> Self {
        Self { message, service, json }
    }

    /// The name of the service; empty for an event that was not received.
    pub(crate) fn service(&self) -> Cow<'_, str> {
        let name = self.message.get(self.service.clone()).unwrap_or_default();
        std::str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed)
    }

    /// An event with these parameters.
    pub(crate) fn write(name: &str, params: &impl ToWire) -> Result<Self, Failure> {
        let mut begin = b"{\"event\":".to_vec();
        // Writing text to a vector cannot fail.
        let _ = serde_json::to_writer(&mut begin, name);
        begin.extend_from_slice(b",\"params\":");
        let (mut json, blobs) = FrameWriter::new(Layout::Response, &begin).write(params)?;
        json.push(b'}');
        let len = json.len();
        let mut pieces = vec![Bytes::from(json)];
        pieces.extend(blobs.finish().1.into_iter().filter_map(Piece::into_bytes));
        Ok(Self { message: join(&pieces), service: 0..0, json: 0..len })
    }

    /// `{"event": …, "params": {…}}`
    pub(crate) fn json(&self) -> &[u8] {
        self.message.get(self.json.clone()).unwrap_or_default()
    }

    /// Lengths and blobs by turns.
    pub(crate) fn blob_bytes(&self) -> &[u8] {
        self.message.get(self.json.end..).unwrap_or_default()
    }

    /// The number of bytes of the JSON and the blobs.
    pub(crate) fn len(&self) -> usize {
        self.message.len().saturating_sub(self.json.start)
    }

    /// Reads the parameters into a type.
    pub(crate) fn read<T: FromWire>(&self, deepest: usize) -> Result<T, Failure> {
        let blobs = Blobs::interleaved(self.message.clone(), self.json.end)?;
        let event: Params<Json<T>> = json::read(self.json(), deepest)?;
        let params = BlobReader::new(blobs).read(event.params);
        params.map_err(|error| error.malformed("params", &String::from_utf8_lossy(self.json())))
    }

    /// The parameters without what travels beside the JSON.
    pub(crate) fn members(&self, deepest: usize) -> Result<Map<String, Value>, Failure> {
        json::read(self.json(), deepest).map(|event: Params<_>| event.params)
    }

    /// What travels beside the JSON.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        let mut blobs = Blobs::interleaved(self.message.clone(), self.json.end).ok();
        std::iter::from_fn(move || blobs.as_mut()?.next_bytes())
    }
}

#[derive(Deserialize)]
struct Params<T> {
    params: T,
}

/// What is read of an event when it arrives: enough to find its readers.
#[derive(Debug)]
pub(crate) struct EventHead<'de> {
    pub(crate) name: Cow<'de, str>,
    /// Whose event it is, if that is there.
    pub(crate) id: Option<Cow<'de, str>>,
}

impl<'de> EventHead<'de> {
    /// Reads the name, and the id in that parameter.
    pub(crate) fn read(json: &'de [u8], id_param: &'static str) -> Result<Self, Failure> {
        if let Some(head) = Self::of_usual_form(json, id_param) {
            return Ok(head);
        }
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let head = HeadSeed { id_param }.deserialize(&mut deserializer);
        head.and_then(|head| deserializer.end().map(|()| head)).map_err(|error| json::failure(json, &error))
    }
}

impl<'de> EventHead<'de> {
    /// Reads the head of an event in which it stands first, without spaces and escapes, as servers write it. What
    /// follows is read when the event is.
    fn of_usual_form(json: &'de [u8], id_param: &str) -> Option<Self> {
        let (name, rest) = take_text(json.strip_prefix(b"{\"event\":\"")?)?;
        let rest = rest.strip_prefix(b",\"params\":{\"")?.strip_prefix(id_param.as_bytes())?;
        let (id, _) = take_text(rest.strip_prefix(b"\":\"")?)?;
        Some(Self { name: Cow::Borrowed(name), id: Some(Cow::Borrowed(id)) })
    }
}

/// Takes text up to its closing quote, if it has no escapes.
fn take_text(json: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr2(b'"', b'\\', json)?;
    let rest = json.get(end..)?.strip_prefix(b"\"")?;
    Some((std::str::from_utf8(json.get(..end)?).ok()?, rest))
}

struct HeadSeed {
    id_param: &'static str,
}

impl<'de> DeserializeSeed<'de> for HeadSeed {
    type Value = EventHead<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<EventHead<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for HeadSeed {
    type Value = EventHead<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `event` and `params`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EventHead<'de>, A::Error> {
        let (mut name, mut id) = (None, None);
        while let Some(Text(key)) = map.next_key()? {
            match &*key {
                "event" => name = Some(map.next_value::<Text<'de>>()?.0),
                "params" => id = map.next_value_seed(IdSeed { id_param: self.id_param })?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let name = name.ok_or_else(|| serde::de::Error::missing_field("event"))?;
        Ok(EventHead { name, id })
    }
}

struct IdSeed {
    id_param: &'static str,
}

impl<'de> DeserializeSeed<'de> for IdSeed {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for IdSeed {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the parameters")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut id = None;
        while let Some(Text(key)) = map.next_key()? {
            if key == self.id_param {
                id = Some(map.next_value::<Text<'de>>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(id)
    }
}
