//! A deserializer that watches what passes through it: it bounds the depth, rejects suspicious keys, and knows where an
//! error is.

use std::borrow::Cow;
use std::fmt;

use serde::de;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, Visitor};

use crate::runtime::text::excerpt;

/// How deep JSON may be nested at most: recursion ends before the stack does.
pub(crate) const DEEPEST: usize = 128;

/// A key that an attack on JavaScript code would use, to which a response may be passed on. No honest server sends it.
pub(super) const SUSPICIOUS_KEY: &str = "__proto__";

/// What all guards of one text share.
pub(super) struct State<'de> {
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
    pub(super) fn new(deepest: usize) -> Self {
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

    /// Where the error is, behind this prefix.
    pub(super) fn path_text(&self, prefix: &str) -> String {
        let mut text = prefix.to_owned();
        for segment in self.path.iter().rev() {
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

    fn leave(&mut self) {
        self.levels_left = self.levels_left.saturating_add(1);
    }
}

/// A deserializer that watches what passes through it: the depth, and with `TRACK` also the keys.
pub(super) struct Guard<'s, 'de, D, const TRACK: bool> {
    pub(super) inner: D,
    pub(super) state: &'s mut State<'de>,
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
