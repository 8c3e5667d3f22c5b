//! Reading untrusted JSON in one pass, with limits on its size, depth and memory. After an error, a second pass finds its path.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::value::RawValue;
use serde_path_to_error::Track;

use super::budget::{Budget, JsonLimits};
use super::guard::{Guard, Limits};
use crate::runtime::error::Failure;
use crate::runtime::text::{Text, excerpt_at, excerpt_bytes, path_text};

/// A key of attacks on JavaScript code, to which a response may be forwarded. No honest server sends it.
const SUSPICIOUS_KEY: &str = "__proto__";

/// Reads a whole JSON text, of a frame with this budget.
///
/// JSON that exceeds a limit or has a key `__proto__` is rejected.
pub(super) fn read<'de, T: Deserialize<'de>>(
    json: &'de [u8],
    limits: JsonLimits,
    budget: &Budget,
) -> Result<T, Failure> {
    limits.check(u64::try_from(json.len()).unwrap_or(u64::MAX))?;
    let text = std::str::from_utf8(json)
        .map_err(|error| Failure::decode("", format!("the JSON is not UTF-8: {error}"), &excerpt_bytes(json)))?;
    if may_be_suspicious(json) {
        read_with_path::<CheckedKeys>(text, limits, budget)?;
    }
    let mut parser = parser(text);
    let value = T::deserialize(Guard { inner: &mut parser, limits: Limits::new(limits.depth, budget) });
    match value.and_then(|value| parser.end().map(|()| value)) {
        Ok(value) => Ok(value),
        // Tracking the path takes a tenth of the time, so it is tracked only after an error.
        Err(_) => {
            budget.restore();
            read_with_path(text, limits, budget)
        }
    }
}

fn read_with_path<'de, T: Deserialize<'de>>(text: &'de str, limits: JsonLimits, budget: &Budget) -> Result<T, Failure> {
    let (mut parser, mut track) = (parser(text), Track::new());
    let guard = Guard { inner: &mut parser, limits: Limits::new(limits.depth, budget) };
    let value = T::deserialize(serde_path_to_error::Deserializer::new(guard, &mut track));
    value.and_then(|value| parser.end().map(|()| value)).map_err(|error| {
        Failure::decode(path_text(&track.path()), message(&error), &excerpt_at(text, byte_of(text, &error)))
    })
}

fn parser(text: &str) -> serde_json::Deserializer<serde_json::de::StrRead<'_>> {
    let mut parser = serde_json::Deserializer::from_str(text);
    // The guard limits the depth instead.
    parser.disable_recursion_limit();
    parser
}

/// Whether there may be a key `__proto__`, with or without escapes.
fn may_be_suspicious(json: &[u8]) -> bool {
    // Building it takes longer than reading short JSON.
    static KEY: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(SUSPICIOUS_KEY));
    KEY.find(json).is_some() || (memchr(b'\\', json).is_some() && memmem::find(json, b"\\u00").is_some())
}

/// Any JSON without [`SUSPICIOUS_KEY`].
struct CheckedKeys;

impl<'de> Deserialize<'de> for CheckedKeys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

macro_rules! accept {
    ($($method:ident($($type:ty)?);)*) => {
        $(fn $method<E: de::Error>(self $(, _: $type)?) -> Result<Self, E> {
            Ok(self)
        })*
    };
}

impl<'de> Visitor<'de> for CheckedKeys {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    accept! {
        visit_unit();
        visit_bool(bool);
        visit_i64(i64);
        visit_u64(u64);
        visit_f64(f64);
        visit_str(&str);
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        while members.next_key::<CheckedKey>()?.is_some() {
            members.next_value::<Self>()?;
        }
        Ok(self)
    }
}

struct CheckedKey;

impl<'de> Deserialize<'de> for CheckedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Text::deserialize(deserializer)?.0 {
            SUSPICIOUS_KEY => Err(de::Error::custom(format_args!("the JSON has a key `{SUSPICIOUS_KEY}`"))),
            _ => Ok(Self),
        }
    }
}

/// The text of one member of an object, the others of which are skipped; `None` if it is not there.
pub(super) fn text_member<'de>(object: &'de RawValue, name: &str) -> serde_json::Result<Option<Cow<'de, str>>> {
    serde_json::Deserializer::from_str(object.get()).deserialize_map(TextMember(name))
}

struct TextMember<'n>(&'n str);

impl<'de> Visitor<'de> for TextMember<'_> {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(Text(key)) = members.next_key()? {
            if key == self.0 {
                let Text(text) = members.next_value()?;
                found = Some(text);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// The failure for an error of a parser without a guard.
pub(super) fn failure(json: &[u8], error: &serde_json::Error) -> Failure {
    let text = String::from_utf8_lossy(json);
    Failure::decode("", message(error), &excerpt_at(&text, byte_of(&text, error)))
}

/// The byte at the line and column of an error.
fn byte_of(text: &str, error: &serde_json::Error) -> usize {
    let mut start: usize = 0;
    for line in text.split_inclusive('\n').take(error.line().saturating_sub(1)) {
        start = start.saturating_add(line.len());
    }
    start.saturating_add(error.column().saturating_sub(1))
}

/// The message of an error without the position, which is of little use for JSON in one line.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).unwrap_or(&text).to_owned()
}
