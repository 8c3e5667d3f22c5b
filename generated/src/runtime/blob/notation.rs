//! The JSON notation of bytes: `{"$bytes": "<base64>"}`, or plain text.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
#[cfg(feature = "dynamic")]
use serde_json::Value;

#[cfg(feature = "dynamic")]
use super::attachments;
use super::bytes::Blob;

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

pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    Notation { base64: encode(bytes) }.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Blob, D::Error> {
    deserializer.deserialize_any(NotationVisitor)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Notation {
    #[serde(rename = "$bytes")]
    base64: String,
}

struct NotationVisitor;

impl<'de> Visitor<'de> for NotationVisitor {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes as {\"$bytes\": base64}, or text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Blob, E> {
        Ok(Bytes::copy_from_slice(text.as_bytes()).into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Blob, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Blob, A::Error> {
        let map = MapAccessDeserializer::new(map);
        #[cfg(feature = "dynamic")]
        if attachments::are_in_use() {
            let value = Value::deserialize(map)?;
            return match attachments::reference(&value) {
                Some(index) => attachments::blob(index),
                None => decode(&Notation::deserialize(value).map_err(de::Error::custom)?.base64).map(Blob::from),
            };
        }
        decode(&Notation::deserialize(map)?.base64).map(Blob::from)
    }
}
