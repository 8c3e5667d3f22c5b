//! A deserializer that limits the depth of nesting, and rejects lists for structs.

use std::fmt;

use serde::de;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Unexpected, Visitor};

/// The maximum depth of JSON, so that recursion does not overflow the stack.
pub(crate) const MAX_JSON_DEPTH: usize = 128;

/// The levels of nesting that are left.
#[derive(Clone, Copy)]
pub(super) struct Levels {
    left: usize,
    max: usize,
}

impl Levels {
    pub(super) fn new(max: usize) -> Self {
        Self { left: max.min(MAX_JSON_DEPTH), max }
    }

    fn enter<E: de::Error>(self) -> Result<Self, E> {
        let too_deep = || E::custom(format_args!("the JSON is nested more than {} deep", self.max));
        Ok(Self { left: self.left.checked_sub(1).ok_or_else(too_deep)?, ..self })
    }
}

/// A deserializer, seed or access whose values are guarded.
pub(super) struct Guard<T> {
    pub(super) inner: T,
    pub(super) levels: Levels,
}

macro_rules! forward {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        })*
    };
}

macro_rules! guard {
    ($($method:ident($($name:ident: $type:ty),*) $is_struct:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* GuardVisitor { visitor, levels: self.levels, is_struct: $is_struct })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guard<D> {
    type Error = D::Error;

    forward! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    guard! {
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
        // The limit applies to ignored values as well.
        self.deserialize_any(visitor)
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Guard<T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.inner.deserialize(Guard { inner, levels: self.levels })
    }
}

/// A visitor that guards the deserializers that are passed to it.
struct GuardVisitor<V> {
    visitor: V,
    levels: Levels,
    is_struct: bool,
}

macro_rules! visit {
    ($($method:ident($($value:ident: $type:ty)?);)*) => {
        $(fn $method<E: de::Error>(self $(, $value: $type)?) -> Result<V::Value, E> {
            self.visitor.$method($($value)?)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for GuardVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    visit! {
        visit_bool(value: bool);
        visit_i64(value: i64);
        visit_u64(value: u64);
        visit_f64(value: f64);
        visit_str(value: &str);
        visit_borrowed_str(value: &'de str);
        visit_string(value: String);
        visit_none();
        visit_unit();
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Guard { inner, levels: self.levels })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Guard { inner, levels: self.levels })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        if self.is_struct {
            // A derived struct would accept a list of its fields.
            return Err(de::Error::invalid_type(Unexpected::Seq, &self.visitor));
        }
        self.visitor.visit_seq(Guard { inner, levels: self.levels.enter()? })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(Guard { inner, levels: self.levels.enter()? })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(inner)
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Guard<A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, inner: T) -> Result<Option<T::Value>, A::Error> {
        self.inner.next_element_seed(Guard { inner, levels: self.levels })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Guard<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, inner: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(Guard { inner, levels: self.levels })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}
