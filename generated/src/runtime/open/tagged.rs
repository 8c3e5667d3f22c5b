//! Objects with a property that says what they are.

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An object, read up to its tag.
#[derive(Debug)]
pub struct Tagged {
    tag: String,
    value: Value,
}

impl Tagged {
    /// Reads an object that has its tag in a property.
    ///
    /// # Errors
    ///
    /// It is no object, or has no such property that is text.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D, property: &'static str) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let Value::Object(object) = &value else {
            return Err(de::Error::invalid_type(super::kinded::unexpected(&value), &"an object"));
        };
        match object.get(property) {
            Some(Value::String(tag)) => Ok(Self { tag: tag.clone(), value }),
            Some(other) => {
                let kind = super::kinded::unexpected(other);
                Err(de::Error::custom(format_args!("`{property}`: invalid type: {kind}, expected a string")))
            }
            None => Err(de::Error::missing_field(property)),
        }
    }

    /// The value of the tag.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Reads the object as the content of a variant.
    ///
    /// # Errors
    ///
    /// It is not what the variant holds; the message says where.
    pub fn content<T: DeserializeOwned, E: de::Error>(self) -> Result<T, E> {
        super::content(self.value)
    }

    /// The whole object as it came.
    pub fn into_value(self) -> Value {
        self.value
    }
}
