//! Events: a name, parameters, and blobs.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::blobs::{Layout, Piece};
use super::codec::{FromWire, Json, ToWire};
use super::reader::{BlobReader, Blobs};
use super::{FrameWriter, join, json};
use crate::runtime::error::Failure;

/// The bytes of an event behind the name of its service.
#[derive(Clone, Debug)]
pub(crate) struct RawParts {
    /// `{"event": …, "params": {…}}`
    pub(crate) json: Bytes,
    /// Lengths and data by turns.
    pub(crate) blobs: Bytes,
}

impl RawParts {
    /// An event with these parameters.
    pub(crate) fn write(name: &str, params: &impl ToWire) -> Result<Self, Failure> {
        let mut begin = b"{\"event\":".to_vec();
        // Writing text to a vector cannot fail.
        let _ = serde_json::to_writer(&mut begin, name);
        begin.extend_from_slice(b",\"params\":");
        let (mut json, blobs) = FrameWriter::new(Layout::Response, &begin).write(params)?;
        json.push(b'}');
        let pieces = blobs.finish().1.into_iter().filter_map(|piece| match piece {
            Piece::Bytes(bytes) => Some(bytes),
            Piece::Source(_) => None,
        });
        Ok(Self { json: json.into(), blobs: join(&pieces.collect::<Vec<_>>()) })
    }

    /// Reads the parameters into a type.
    pub(crate) fn read<T: FromWire>(&self, deepest: usize) -> Result<T, Failure> {
        let blobs = Blobs::interleaved(self.blobs.clone())?;
        let event: Params<Json<T>> = json::read(&self.json, deepest, "")?;
        let params = BlobReader::new(blobs).read(event.params);
        params.map_err(|error| error.malformed("params", &String::from_utf8_lossy(&self.json)))
    }

    /// The parameters without what travels beside the JSON.
    pub(crate) fn members(&self, deepest: usize) -> Result<Map<String, Value>, Failure> {
        json::read(&self.json, deepest, "").map(|event: Params<_>| event.params)
    }

    /// What travels beside the JSON.
    pub(crate) fn blobs(&self) -> impl Iterator<Item = Bytes> + use<> {
        let mut blobs = Blobs::interleaved(self.blobs.clone()).ok();
        std::iter::from_fn(move || Some(blobs.as_mut()?.next()?.into_bytes()))
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
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let head = HeadSeed { id_param }.deserialize(&mut deserializer);
        head.and_then(|head| deserializer.end().map(|()| head)).map_err(|error| json::failure(json, &error))
    }
}

struct HeadSeed {
    id_param: &'static str,
}

/// A key or a text, which is not copied unless it has escapes.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

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
