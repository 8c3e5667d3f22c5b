//! Reading JSON that comes from outside: one pass, which also bounds its depth and rejects suspicious keys.
//!
//! Only when something is wrong, a second pass finds out where.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use serde::Deserialize;
use serde::de::{self, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::runtime::error::Failure;
use crate::runtime::text::{excerpt, excerpt_at, excerpt_bytes};

/// How deep JSON may be nested at most: recursion ends before the stack does.
pub(crate) const DEEPEST: usize = 128;

/// A key that an attack on JavaScript code would use, to which a response may be passed on. No honest server sends it.
const SUSPICIOUS_KEY: &str = "__proto__";

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
        let path = path_text(prefix, &state.path);
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

/// What all guards of one text share.
struct State<'de> {
    levels_left: usize,
    deepest: usize,
    /// Where the error is that is on its way out: innermost first.
    path: Vec<Segment<'de>>,
}

enum Segment<'de> {
    Key(Cow<'de, str>),
    Index(usize),
}

impl State<'_> {
    fn new(deepest: usize) -> Self {
        Self { levels_left: deepest.min(DEEPEST), deepest, path: Vec::new() }
    }

    fn enter<E: de::Error>(&mut self) -> Result<(), E> {
        match self.levels_left.checked_sub(1) {
            Some(left) => {
                self.levels_left = left;
                Ok(())
            }
            None => Err(E::custom(format_args!("the JSON is nested more than {} deep", self.deepest))),
        }
    }

    fn leave(&mut self) {
        self.levels_left = self.levels_left.saturating_add(1);
    }
}

fn path_text(prefix: &str, path: &[Segment<'_>]) -> String {
    let mut text = prefix.to_owned();
    for segment in path.iter().rev() {
        match segment {
            Segment::Key(key) if text.is_empty() => text.push_str(key),
            Segment::Key(key) => {
                text.push('.');
                text.push_str(key);
            }
            Segment::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    excerpt(&text)
}

/// A deserializer that watches what passes through it.
struct Guard<'s, 'de, D, const TRACK: bool> {
    inner: D,
    state: &'s mut State<'de>,
}

macro_rules! pass_on {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        })*
    };
}

macro_rules! watch {
    ($($method:ident($($name:ident: $type:ty),*) $is_struct:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* Watch::<_, TRACK> { visitor, state: self.state, is_struct: $is_struct })
        })*
    };
}

impl<'de, D: Deserializer<'de>, const TRACK: bool> Deserializer<'de> for Guard<'_, 'de, D, TRACK> {
    type Error = D::Error;

    pass_on! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    watch! {
        deserialize_any() false;
        deserialize_option() false;
        deserialize_unit_struct(name: &'static str) false;
        deserialize_newtype_struct(name: &'static str) false;
        deserialize_seq() false;
        deserialize_tuple(len: usize) false;
        deserialize_tuple_struct(name: &'static str, len: usize) false;
        deserialize_map() false;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) true;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) false;
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        // What nobody reads is looked at all the same.
        self.deserialize_any(visitor)
    }
}

/// A visitor that puts guards around what it is given.
struct Watch<'s, 'de, V, const TRACK: bool> {
    visitor: V,
    state: &'s mut State<'de>,
    is_struct: bool,
}

macro_rules! visit {
    ($($method:ident: $type:ty;)*) => {
        $(fn $method<E: de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.visitor.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>, const TRACK: bool> Visitor<'de> for Watch<'_, 'de, V, TRACK> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    visit! {
        visit_bool: bool;
        visit_i64: i64;
        visit_u64: u64;
        visit_f64: f64;
        visit_str: &str;
        visit_borrowed_str: &'de str;
        visit_string: String;
    }

    fn visit_none<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: de::Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Guard::<_, TRACK> { inner, state: self.state })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Guard::<_, TRACK> { inner, state: self.state })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        if self.is_struct {
            // A derived struct would take a list as its fields in order.
            return Err(de::Error::invalid_type(Unexpected::Seq, &self.visitor));
        }
        self.state.enter()?;
        let value = self.visitor.visit_seq(Items::<_, TRACK> { inner, index: 0, state: self.state });
        self.state.leave();
        value
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.state.enter()?;
        let value = self.visitor.visit_map(Members::<_, TRACK> { inner, key: Cow::Borrowed(""), state: self.state });
        self.state.leave();
        value
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(inner)
    }
}

// `state` is borrowed by the items and members, and free again when they are gone.

struct Items<'s, 'de, A, const TRACK: bool> {
    inner: A,
    index: usize,
    state: &'s mut State<'de>,
}

impl<'de, A: SeqAccess<'de>, const TRACK: bool> SeqAccess<'de> for Items<'_, 'de, A, TRACK> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, A::Error> {
        let item = self.inner.next_element_seed(Value::<_, TRACK> { seed, state: self.state });
        if TRACK && item.is_err() {
            self.state.path.push(Segment::Index(self.index));
        }
        self.index = self.index.saturating_add(1);
        item
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Members<'s, 'de, A, const TRACK: bool> {
    inner: A,
    key: Cow<'de, str>,
    state: &'s mut State<'de>,
}

impl<'de, A: MapAccess<'de>, const TRACK: bool> MapAccess<'de> for Members<'_, 'de, A, TRACK> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if TRACK {
            self.inner.next_key_seed(Key { inner: seed, key: &mut self.key })
        } else {
            self.inner.next_key_seed(seed)
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        let value = self.inner.next_value_seed(Value::<_, TRACK> { seed, state: self.state });
        if TRACK && value.is_err() {
            self.state.path.push(Segment::Key(std::mem::take(&mut self.key)));
        }
        value
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Value<'s, 'de, T, const TRACK: bool> {
    seed: T,
    state: &'s mut State<'de>,
}

impl<'de, T: DeserializeSeed<'de>, const TRACK: bool> DeserializeSeed<'de> for Value<'_, 'de, T, TRACK> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.seed.deserialize(Guard::<_, TRACK> { inner, state: self.state })
    }
}

/// A key on its way to whoever reads it, which is remembered: as a seed, a deserializer and a visitor.
struct Key<'k, 'de, T> {
    inner: T,
    key: &'k mut Cow<'de, str>,
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, 'de, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.inner.deserialize(Key { inner, key: self.key })
    }
}

macro_rules! read_key {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(Key { inner: visitor, key: self.key })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Key<'_, 'de, D> {
    type Error = D::Error;

    read_key! { deserialize_any deserialize_str deserialize_string deserialize_identifier deserialize_ignored_any }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map struct enum
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Key<'_, 'de, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'de str) -> Result<V::Value, E> {
        check_key(key)?;
        *self.key = Cow::Borrowed(key);
        self.inner.visit_borrowed_str(key)
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<V::Value, E> {
        check_key(key)?;
        *self.key = Cow::Owned(key.to_owned());
        self.inner.visit_str(key)
    }
}

fn check_key<E: de::Error>(key: &str) -> Result<(), E> {
    if key == SUSPICIOUS_KEY {
        return Err(E::custom(format_args!("the JSON has a key `{SUSPICIOUS_KEY}`")));
    }
    Ok(())
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

    use serde::de::IgnoredAny;

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
