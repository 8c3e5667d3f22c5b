//! Reading JSON that comes from outside: one pass, which also bounds its depth and rejects suspicious keys.
//!
//! Only when something is wrong, a second pass finds out where.

use std::sync::LazyLock;

use memchr::{memchr, memmem};
use serde::Deserialize;

use super::guard::{Guard, SUSPICIOUS_KEY, State};
use crate::runtime::error::Failure;
use crate::runtime::text::{excerpt_at, excerpt_bytes};

/// Reads a whole JSON text.
///
/// Text that is nested more deeply than that, or that has a key `__proto__`, is an error. Paths in errors begin with
/// the prefix.
pub(crate) fn read<'de, T: Deserialize<'de>>(json: &'de [u8], deepest: usize, prefix: &str) -> Result<T, Failure> {
    let text = std::str::from_utf8(json)
        .map_err(|error| Failure::decode("", format!("the JSON is not UTF-8: {error}"), &excerpt_bytes(json)))?;
    let mut state = State::new(deepest);
    if !may_be_suspicious(json) {
        if let Ok(value) = pass::<T, false>(text, &mut state) {
            return Ok(value);
        }
        state = State::new(deepest);
    }
    // Remembering keys costs a tenth of the time, so only the pass that needs the path does it.
    pass::<T, true>(text, &mut state).map_err(|error| {
        let path = state.path_text(prefix);
        Failure::decode(path, message(&error), &excerpt_at(text, byte_of(text, &error)))
    })
}

/// Reads a text once. With `TRACK`, keys are looked at, and the path of an error is kept.
fn pass<'de, T: Deserialize<'de>, const TRACK: bool>(text: &'de str, state: &mut State<'de>) -> serde_json::Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // The guard's limit holds instead.
    deserializer.disable_recursion_limit();
    let value = T::deserialize(Guard::<_, TRACK> { inner: &mut deserializer, state })?;
    deserializer.end().map(|()| value)
}

/// Whether there may be a key `__proto__`, perhaps spelled with escapes.
fn may_be_suspicious(json: &[u8]) -> bool {
    // Made once, as that costs more than reading a short text does.
    static KEY: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(SUSPICIOUS_KEY));
    KEY.find(json).is_some() || (memchr(b'\\', json).is_some() && memmem::find(json, b"\\u00").is_some())
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
        match read::<T>(text.as_bytes(), DEEPEST, "").unwrap_err() {
            Failure::Decode { path, message, .. } => (path, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn depth_is_bounded_also_in_what_is_ignored() {
        let fine = format!("[{}{}]", "[".repeat(127), "]".repeat(127));
        assert!(read::<IgnoredAny>(fine.as_bytes(), DEEPEST, "").is_ok());
        let deep = format!("[{fine}]");
        assert!(error_of::<IgnoredAny>(&deep).1.contains("more than 128 deep"));
        let ignored = format!("{{\"other\":{deep}}}");
        assert!(error_of::<Item>(&ignored).1.contains("more than 128 deep"));
        assert!(read::<serde_json::Value>(b"{\"a\":[]}", 1, "").is_err());
        assert!(read::<serde_json::Value>(format!("{{\"a\\\"{}\": 1}}", "[".repeat(500)).as_bytes(), 1, "").is_ok());
    }

    #[test]
    fn the_suspicious_key_is_found_however_it_is_spelled() {
        let check = |text: &str| read::<IgnoredAny>(text.as_bytes(), DEEPEST, "").is_ok();
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
        assert_eq!(error_of::<Items>(r#"{"a":[{}"#).0, "a[1]");
        assert_eq!(error_of::<Items>("{} {}").0, "");
    }
}
