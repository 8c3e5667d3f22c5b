//! Objects of which exactly one property is there.

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

/// The one property of an object that is there.
#[derive(Debug)]
pub struct Keyed {
    key: &'static str,
    value: Value,
}

impl Keyed {
    /// Reads an object that has exactly one of these keys, not counting `null`. Other keys are passed over.
    ///
    /// # Errors
    ///
    /// It is no object, or has none or several of the keys.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D, keys: &'static [&'static str]) -> Result<Self, D::Error> {
        let mut object = Map::<String, Value>::deserialize(deserializer)?;
        let mut found: Option<Self> = None;
        for &key in keys {
            let Some(value) = object.remove(key).filter(|value| !value.is_null()) else { continue };
            if let Some(first) = found {
                return Err(de::Error::custom(format_args!("both `{}` and `{key}` are there", first.key)));
            }
            found = Some(Self { key, value });
        }
        found.ok_or_else(|| de::Error::custom(format_args!("expected one of `{}`", keys.join("`, `"))))
    }

    /// The key that is there.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Reads what stands under the key.
    ///
    /// # Errors
    ///
    /// It is not what the key holds; the message says where.
    pub fn content<T: DeserializeOwned, E: de::Error>(self) -> Result<T, E> {
        let key = self.key;
        super::content::<T, serde_json::Error>(self.value)
            .map_err(|error| E::custom(format_args!("in `{key}`: {error}")))
    }
}
