//! Bytes written out in JSON: `{"$bytes": "<base64>"}`, or plain text.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serializer, de};

const KEY: &str = "$bytes";

/// Standard base64 with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn decode<E: de::Error>(text: &str) -> Result<Bytes, E> {
    match STANDARD.decode(text) {
        Ok(bytes) => Ok(bytes.into()),
        Err(error) => Err(E::custom(format_args!("not base64: {error}"))),
    }
}

pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(KEY, &encode(bytes))?;
    map.end()
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    deserializer.deserialize_any(Notation)
}

struct Notation;

impl<'de> Visitor<'de> for Notation {
    type Value = Bytes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes as {\"$bytes\": base64}, or text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
        Ok(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Bytes, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bytes, A::Error> {
        let entry = map.next_entry::<String, String>()?;
        let bytes = match &entry {
            Some((key, text)) if key == KEY => decode(text)?,
            _ => return Err(de::Error::custom("expected an object with the one key `$bytes`")),
        };
        match map.next_key::<String>()? {
            None => Ok(bytes),
            Some(other) => Err(de::Error::custom(format_args!("unexpected key `{other}` beside `$bytes`"))),
        }
    }
}
