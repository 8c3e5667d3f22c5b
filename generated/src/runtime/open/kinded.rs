//! Values that are told apart by their JSON type.

use serde::de::{self, DeserializeOwned, Unexpected};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JsonKind {
    /// `[…]`
    Array,
    /// `{…}`
    Object,
    /// `"…"`
    String,
    /// `1`, `-0.5`
    Number,
    /// `true`, `false`
    Boolean,
    /// `null`
    Null,
}

/// A value of which the JSON type is known.
#[derive(Debug)]
pub struct Kinded(Value);

impl Kinded {
    /// Reads any value.
    ///
    /// # Errors
    ///
    /// It is not JSON.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self)
    }

    /// Its type.
    pub fn kind(&self) -> JsonKind {
        match &self.0 {
            Value::Array(_) => JsonKind::Array,
            Value::Object(_) => JsonKind::Object,
            Value::String(_) => JsonKind::String,
            Value::Number(_) => JsonKind::Number,
            Value::Bool(_) => JsonKind::Boolean,
            Value::Null => JsonKind::Null,
        }
    }

    /// Reads it as the content of a variant.
    ///
    /// # Errors
    ///
    /// It is not what the variant holds; the message says where.
    pub fn content<T: DeserializeOwned, E: de::Error>(self) -> Result<T, E> {
        super::content(self.0)
    }

    /// The error for a type that no variant has.
    pub fn unexpected<E: de::Error>(&self, wanted: &str) -> E {
        E::invalid_type(unexpected(&self.0), &wanted)
    }
}

/// A value as serde's messages name it.
pub(super) fn unexpected(value: &Value) -> Unexpected<'_> {
    match value {
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
        Value::String(_) => Unexpected::Other("string"),
        Value::Number(_) => Unexpected::Other("number"),
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Null => Unexpected::Unit,
    }
}
