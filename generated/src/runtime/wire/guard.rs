//! A deserializer that limits the depth of nesting and the memory of what is read, rejects lists for structs, and finds the
//! tags of unions.

use std::fmt;

use serde::de;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    Deserialize as _, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::Value;

use super::budget::{Budget, MapGrowth, VecGrowth};
use crate::runtime::text::Text;

/// The levels of nesting and the memory that are left.
#[derive(Clone, Copy)]
pub(super) struct Limits<'b> {
    depth_left: usize,
    max_depth: usize,
    budget: &'b Budget,
}

impl<'b> Limits<'b> {
    pub(super) fn new(max_depth: usize, budget: &'b Budget) -> Self {
        Self { depth_left: max_depth, max_depth, budget }
    }

    fn enter<E: de::Error>(self) -> Result<Self, E> {
        let too_deep = || E::custom(format_args!("the JSON is nested more than {} deep", self.max_depth));
        Ok(Self { depth_left: self.depth_left.checked_sub(1).ok_or_else(too_deep)?, ..self })
    }
}

/// A deserializer or a seed whose values are guarded.
pub(super) struct Guard<'b, T> {
    pub(super) inner: T,
    pub(super) limits: Limits<'b>,
}

macro_rules! forward {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        })*
    };
}

macro_rules! guard {
    ($($method:ident($($name:ident: $type:ty),*) $form:ident;)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* GuardVisitor { visitor, limits: self.limits, form: Form::$form })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Guard<'_, D> {
    type Error = D::Error;

    forward! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_bytes deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    guard! {
        deserialize_any() Any;
        deserialize_option() Any;
        deserialize_unit_struct(name: &'static str) Any;
        deserialize_seq() Any;
        deserialize_tuple(len: usize) Any;
        deserialize_tuple_struct(name: &'static str, len: usize) Any;
        deserialize_map() Any;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) Struct;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) Any;
    }

    /// Reads a union, whose tag is the name: types of the wire use newtype structs for nothing else.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, tag: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(GuardVisitor { visitor, limits: self.limits, form: Form::Union { tag } })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        // The limit applies to ignored values as well.
        self.deserialize_any(visitor)
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Guard<'_, T> {
    type Value = T::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<T::Value, D::Error> {
        self.inner.deserialize(Guard { inner, limits: self.limits })
    }
}

/// What a visitor expects.
enum Form {
    Any,
    Struct,
    Union { tag: &'static str },
}

/// A visitor that guards the deserializers that are passed to it.
struct GuardVisitor<'b, V> {
    visitor: V,
    limits: Limits<'b>,
    form: Form,
}

macro_rules! visit {
    ($($method:ident($($value:ident: $type:ty)?);)*) => {
        $(fn $method<E: de::Error>(self $(, $value: $type)?) -> Result<V::Value, E> {
            self.visitor.$method($($value)?)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for GuardVisitor<'_, V> {
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
        self.visitor.visit_some(Guard { inner, limits: self.limits })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        if let Form::Struct = self.form {
            // A derived struct would accept a list of its fields.
            return Err(de::Error::invalid_type(Unexpected::Seq, &self.visitor));
        }
        self.visitor.visit_seq(GuardList { inner, limits: self.limits.enter()?, growth: VecGrowth::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let limits = self.limits.enter()?;
        // The object may be in a box.
        limits.charge(size_of::<V::Value>())?;
        let members = GuardMap { inner, limits, growth: MapGrowth::default() };
        match self.form {
            Form::Union { tag } => self.visitor.visit_map(TagFirst::new(members, tag, limits)?),
            _ => self.visitor.visit_map(members),
        }
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(inner)
    }
}

/// The items of a list, which charge for a vector.
struct GuardList<'b, A> {
    inner: A,
    limits: Limits<'b>,
    growth: VecGrowth,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for GuardList<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, inner: T) -> Result<Option<T::Value>, A::Error> {
        let item = self.inner.next_element_seed(Guard { inner, limits: self.limits })?;
        if item.is_some() {
            self.limits.charge(self.growth.push::<T::Value>())?;
        }
        Ok(item)
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The members of an object, which charge for a map if their keys are kept.
struct GuardMap<'b, A> {
    inner: A,
    limits: Limits<'b>,
    growth: MapGrowth,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for GuardMap<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        // Charged also without a key, as an object of an unknown variant has its tag already.
        self.limits.charge(self.growth.insert::<K::Value>())?;
        self.inner.next_key_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, inner: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(Guard { inner, limits: self.limits })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The members of an object, of which the tag comes first if there is one. Members before it are buffered.
pub(super) struct TagFirst<M, L> {
    rest: M,
    limits: L,
    /// The tag, unless its name has been read or it is buffered.
    tag: Option<&'static str>,
    buffered: std::vec::IntoIter<(String, Value)>,
    /// The value of the buffered member whose name was read last.
    value: Option<Value>,
    growth: MapGrowth,
}

/// The limits on buffered members.
pub(super) trait BufferLimits {
    fn charge<E: de::Error>(&self, bytes: usize) -> Result<(), E>;

    fn read<'de, T: DeserializeSeed<'de>>(&self, seed: T, value: Value) -> serde_json::Result<T::Value>;
}

impl BufferLimits for Limits<'_> {
    fn charge<E: de::Error>(&self, bytes: usize) -> Result<(), E> {
        self.budget.charge(bytes).map_err(E::custom)
    }

    fn read<'de, T: DeserializeSeed<'de>>(&self, seed: T, value: Value) -> serde_json::Result<T::Value> {
        seed.deserialize(Guard { inner: value, limits: *self })
    }
}

/// No limits, for values that do not come from the wire.
pub(super) struct NoLimits;

impl BufferLimits for NoLimits {
    fn charge<E: de::Error>(&self, _: usize) -> Result<(), E> {
        Ok(())
    }

    fn read<'de, T: DeserializeSeed<'de>>(&self, seed: T, value: Value) -> serde_json::Result<T::Value> {
        seed.deserialize(value)
    }
}

impl<'de, M: MapAccess<'de>, L: BufferLimits> TagFirst<M, L> {
    pub(super) fn new(mut rest: M, tag: &'static str, limits: L) -> Result<Self, M::Error> {
        let (mut buffered, mut growth) = (Vec::new(), VecGrowth::default());
        let mut key = OtherKey { tag, name: None };
        while rest.next_key_seed(&mut key)?.is_some() {
            let name = key.name.take();
            let is_tag = name.is_none();
            if is_tag && buffered.is_empty() {
                return Ok(Self::of(rest, limits, Some(tag), buffered));
            }
            limits.charge(growth.push::<(String, Value)>())?;
            buffered.push((name.unwrap_or_else(|| tag.to_owned()), rest.next_value()?));
            if is_tag {
                buffered.rotate_right(1);
                break;
            }
        }
        Ok(Self::of(rest, limits, None, buffered))
    }

    fn of(rest: M, limits: L, tag: Option<&'static str>, buffered: Vec<(String, Value)>) -> Self {
        Self { rest, limits, tag, buffered: buffered.into_iter(), value: None, growth: MapGrowth::default() }
    }
}

/// Reads a key, and keeps it unless it is the tag.
struct OtherKey {
    tag: &'static str,
    name: Option<String>,
}

impl<'de> DeserializeSeed<'de> for &mut OtherKey {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Text(key) = Text::deserialize(deserializer)?;
        self.name = (key != self.tag).then(|| key.into_owned());
        Ok(())
    }
}

impl<'de, M: MapAccess<'de>, L: BufferLimits> MapAccess<'de> for TagFirst<M, L> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, M::Error> {
        if let Some(tag) = self.tag.take() {
            return seed.deserialize(BorrowedStrDeserializer::new(tag)).map(Some);
        }
        match self.buffered.next() {
            Some((key, value)) => {
                self.limits.charge(self.growth.insert::<K::Value>())?;
                self.value = Some(value);
                seed.deserialize(key.into_deserializer()).map(Some)
            }
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, M::Error> {
        match self.value.take() {
            Some(value) => self.limits.read(seed, value).map_err(de::Error::custom),
            None => self.rest.next_value_seed(seed),
        }
    }
}
