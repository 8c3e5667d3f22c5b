//! Reading untrusted JSON: in one pass, which also bounds its depth. A second pass finds out where an error is.

use std::fmt;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_path_to_error::Track;

use super::guard::{Guard, Levels};
use crate::runtime::error::Failure;
use crate::runtime::text::{Text, excerpt_at, excerpt_bytes, path_text};

/// A key that an attack on JavaScript code would use, to which a response may be passed on. No honest server sends it.
const SUSPICIOUS_KEY: &str = "__proto__";

/// Reads a whole JSON text.
///
/// Text that is nested more deeply than that, or that has a key `__proto__`, is an error.
pub(crate) fn read<'de, T: Deserialize<'de>>(json: &'de [u8], deepest: usize) -> Result<T, Failure> {
    let text = std::str::from_utf8(json)
        .map_err(|error| Failure::decode("", format!("the JSON is not UTF-8: {error}"), &excerpt_bytes(json)))?;
    if may_be_suspicious(json) {
        read_with_path::<CheckedKeys>(text, deepest)?;
    }
    let mut parser = parser(text);
    let value = T::deserialize(Guard { inner: &mut parser, levels: &mut Levels::new(deepest) });
    match value.and_then(|value| parser.end().map(|()| value)) {
        Ok(value) => Ok(value),
        // Keeping the path costs a tenth of the time, so only text with an error is read with it.
        Err(_) => read_with_path(text, deepest),
    }
}

fn read_with_path<'de, T: Deserialize<'de>>(text: &'de str, deepest: usize) -> Result<T, Failure> {
    let (mut parser, mut track) = (parser(text), Track::new());
    let guard = Guard { inner: &mut parser, levels: &mut Levels::new(deepest) };
    let value = T::deserialize(serde_path_to_error::Deserializer::new(guard, &mut track));
    value.and_then(|value| parser.end().map(|()| value)).map_err(|error| {
        Failure::decode(path_text(&track.path()), message(&error), &excerpt_at(text, byte_of(text, &error)))
    })
}

fn parser(text: &str) -> serde_json::Deserializer<serde_json::de::StrRead<'_>> {
    let mut parser = serde_json::Deserializer::from_str(text);
    // The guard's limit holds instead.
    parser.disable_recursion_limit();
    parser
}

/// Whether there may be a key `__proto__`, perhaps spelled with escapes.
fn may_be_suspicious(json: &[u8]) -> bool {
    // Made once, as that costs more than reading a short text does.
    static KEY: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(SUSPICIOUS_KEY));
    KEY.find(json).is_some() || (memchr(b'\\', json).is_some() && memmem::find(json, b"\\u00").is_some())
}

/// Any JSON without the suspicious key.
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
        while let Some(Text(key)) = members.next_key()? {
            if key == SUSPICIOUS_KEY {
                return Err(de::Error::custom(format_args!("the JSON has a key `{SUSPICIOUS_KEY}`")));
            }
            members.next_value::<Self>()?;
        }
        Ok(self)
    }
}

/// The failure for an error of the parser that was used without a guard.
pub(super) fn failure(json: &[u8], error: &serde_json::Error) -> Failure {
    let text = String::from_utf8_lossy(json);
    Failure::decode("", message(error), &excerpt_at(&text, byte_of(&text, error)))
}

/// The byte of a position that the parser names by line and column.
fn byte_of(text: &str, error: &serde_json::Error) -> usize {
    let mut start: usize = 0;
    for line in text.split_inclusive('\n').take(error.line().saturating_sub(1)) {
        start = start.saturating_add(line.len());
    }
    start.saturating_add(error.column().saturating_sub(1))
}

/// The parser's message without the position, which says little about JSON in one line.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&position).unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt;

    use serde::de::IgnoredAny;

    use super::super::DEEPEST;
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Item {
        #[allow(dead_code)]
        size: Option<u32>,
    }

    fn error_of<'de, T: Deserialize<'de> + fmt::Debug>(text: &'de str) -> (String, String) {
        match read::<T>(text.as_bytes(), DEEPEST).unwrap_err() {
            Failure::Decode { path, message, .. } => (path, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn depth_is_bounded_also_in_what_is_ignored() {
        let fine = format!("[{}{}]", "[".repeat(127), "]".repeat(127));
        assert!(read::<IgnoredAny>(fine.as_bytes(), DEEPEST).is_ok());
        let deep = format!("[{fine}]");
        assert!(error_of::<IgnoredAny>(&deep).1.contains("more than 128 deep"));
        let ignored = format!("{{\"other\":{deep}}}");
        assert!(error_of::<Item>(&ignored).1.contains("more than 128 deep"));
        assert!(read::<serde_json::Value>(b"{\"a\":[]}", 1).is_err());
        assert!(read::<serde_json::Value>(format!("{{\"a\\\"{}\": 1}}", "[".repeat(500)).as_bytes(), 1).is_ok());
    }

    #[test]
    fn the_suspicious_key_is_found_however_it_is_spelled() {
        let check = |text: &str| read::<IgnoredAny>(text.as_bytes(), DEEPEST).is_ok();
        assert!(check(r#"{"a": ["__proto__"], "b": "__proto__"}"#));
        assert!(!check(r#"{"a": {"__proto__" : 1}}"#));
        assert!(!check(r#"{"\u005f_proto_\u005F":1}"#));
        assert!(check(r#"{"\\u005f_proto__":1}"#));
    }

    #[test]
    fn errors_say_where_they_are() {
        type Items = BTreeMap<String, Vec<Item>>;
        assert_eq!(error_of::<Items>(r#"{"a":[{"size":1},{"size":"x"}]}"#).0, "a[1].size");
        assert_eq!(error_of::<Items>(r#"{"\u0061":[{"size":-1}]}"#).0, "a[0].size");
        assert_eq!(error_of::<Items>(r#"{"a":[[1]]}"#).0, "a[0]");
        assert_eq!(error_of::<Items>(r#"{"a":[{}"#).0, "a");
        assert_eq!(error_of::<Items>("{} {}").0, "");
    }
}
