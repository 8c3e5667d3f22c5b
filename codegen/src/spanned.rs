//! Values that know their location, and that survive a mistake inside them.
//!
//! [`Spanned`] and [`Map`] are read by the deserializer of [`crate::de`] through a private agreement
//! on a struct name, as other formats do for their own types. A mistake inside a `Spanned` value
//! is reported by the deserializer and leaves the value empty, so that reading goes on after it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::source::Location;

/// The struct name by which [`Spanned`] asks the deserializer for a location.
pub(crate) const SPANNED: &str = "$decthings::Spanned";
/// The fields delivered for [`SPANNED`].
pub(crate) const FIELDS: &[&str] = &["start", "end", "pointer", "value"];

/// A value and its location; the value is missing when it had a mistake, which is reported.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// Where the value is.
    pub at: Location,
    value: Option<T>,
}

impl<T> Spanned<T> {
    /// The value, unless it had a mistake.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Visit<T> {
            type Value = Spanned<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a located value")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let (_, start) = map.next_entry::<Cow<'de, str>, usize>()?.unwrap_or_default();
                let (_, end) = map.next_entry::<Cow<'de, str>, usize>()?.unwrap_or_default();
                let (_, pointer) = map.next_entry::<Cow<'de, str>, String>()?.unwrap_or_default();
                map.next_key::<Cow<'de, str>>()?;
                let value = map.next_value::<T>().ok();
                Ok(Spanned { at: Location { span: start..end, pointer }, value })
            }
        }

        deserializer.deserialize_struct(SPANNED, FIELDS, Visit(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

/// An object used as a dictionary: names in the order of the text, each with its place.
#[derive(Clone, Debug)]
pub struct Map<T> {
    entries: Vec<(Spanned<String>, Spanned<T>)>,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<T> Map<T> {
    /// Entries without a mistake of their own, with the places of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Location, &T)> {
        self.entries.iter().filter_map(|(name, value)| Some((name.get()?.as_str(), &name.at, value.get()?)))
    }

    /// The entry of that name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.iter().find(|(key, ..)| *key == name).map(|(.., value)| value)
    }

    /// Whether the name is there, with a valid value or not.
    pub fn contains(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, _)| key.get().is_some_and(|key| key == name))
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Map<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Visit<T> {
            type Value = Map<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Map { entries })
            }
        }

        deserializer.deserialize_map(Visit(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Map<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Map_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        schemars::json_schema!({ "type": "object", "additionalProperties": value })
    }
}
