//! Unions that are told apart while they are read.

mod keyed;
mod kinded;
mod tagged;

pub use keyed::Keyed;
pub use kinded::{JsonKind, Kinded};
pub use tagged::Tagged;

use serde::de;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::text::path_text;

/// Reads the content of a variant; the error says where inside it the mistake is.
fn content<T: DeserializeOwned, E: de::Error>(value: Value) -> Result<T, E> {
    // The path is of use only where something is wrong.
    T::deserialize(&value).or_else(|_| serde_path_to_error::deserialize(value)).map_err(|error| {
        match path_text(error.path()).as_str() {
            "" => E::custom(error.inner()),
            path => E::custom(format_args!("`{path}`: {}", error.inner())),
        }
    })
}
