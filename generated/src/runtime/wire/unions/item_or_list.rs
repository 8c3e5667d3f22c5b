//! Lists that the API's reference declares as one item: either is read.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};

use super::kinded::{JsonKind, KindedUnion, read_kinded};

/// A list, or one item in its place. An item is not a list itself.
#[derive(Debug)]
pub struct ItemOrList<T>(Vec<T>);

impl<T> From<ItemOrList<T>> for Vec<T> {
    fn from(list: ItemOrList<T>) -> Self {
        list.0
    }
}

impl<T: DeserializeOwned> KindedUnion for ItemOrList<T> {
    const KINDS: &'static [JsonKind] =
        &[JsonKind::Array, JsonKind::Object, JsonKind::String, JsonKind::Number, JsonKind::Boolean];

    fn read<'de, D: Deserializer<'de>>(kind: JsonKind, content: D) -> Result<Self, D::Error> {
        match kind {
            JsonKind::Array => Vec::deserialize(content).map(Self),
            _ => T::deserialize(content).map(|item| Self(vec![item])),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for ItemOrList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_kinded(deserializer)
    }
}

/// Reads a list, or one item in its place.
///
/// # Errors
///
/// It is neither.
pub fn item_or_list<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    ItemOrList::deserialize(deserializer).map(Into::into)
}

/// Reads the same, or `null`, which is `None`.
///
/// # Errors
///
/// It is none of these.
pub fn optional_item_or_list<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    Ok(Option::<ItemOrList<T>>::deserialize(deserializer)?.map(Into::into))
}
