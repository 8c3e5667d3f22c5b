//! JSON Schemas of the API's types.
//!
//! Each type of the API is a [`JsonSchema`], which accepts what the API's definition says of the type: optional members
//! are left out rather than `null`, integers are within their width, and of enums and unions there are the known
//! alternatives only, though the types themselves keep others. Bytes and tensors are written out as the types write them
//! outside of a call, which is what `call_json` takes as well.
//!
//! ```
//! use decthings::types::ExecutionLocation;
//!
//! let schema = schemars::schema_for!(ExecutionLocation);
//! assert!(schema.as_value()["anyOf"].as_array().is_some_and(|variants| variants.len() == 2));
//! ```

mod bytes;
mod tensor;
mod tidy;

pub use schemars::JsonSchema;
pub use tidy::{constant, tidy};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Is shown types by [`api::schemas::visit`](crate::api::schemas::visit).
///
/// ```
/// use decthings::runtime::schema::Visitor;
/// use schemars::{JsonSchema, Schema, schema_for};
///
/// struct Parameters(Vec<(&'static str, Schema)>);
///
/// impl Visitor for Parameters {
///     fn visit<T: JsonSchema>(&mut self, place: &'static str) {
///         if place.ends_with("/params") {
///             self.0.push((place, schema_for!(T)));
///         }
///     }
/// }
///
/// let mut parameters = Parameters(Vec::new());
/// decthings::api::schemas::visit(&mut parameters);
/// # #[cfg(feature = "model")]
/// assert!(parameters.0.iter().any(|(place, _)| *place == "/services/Model/methods/train/params"));
/// ```
pub trait Visitor {
    /// Looks at a type, whose place is the JSON pointer to it in the API's definition.
    fn visit<T: JsonSchema + Serialize + DeserializeOwned>(&mut self, place: &'static str);
}
