//! Tensors as JSON.
//!
//! The notation is `{"type", "shape", "data"}`, where `data` is the flat list of elements in row-major order:
//!
//! * Numbers are numbers, but 64-bit integers are decimal strings, and the floats that JSON lacks are `"NaN"`,
//!   `"Infinity"`, `"-Infinity"` and `"-0"`.
//! * Booleans and strings are themselves, bytes are base64.
//! * Images, sounds and videos are `{"format", "data"}` with the data in base64.
//!
//! For numbers and booleans, base64 of all little-endian bytes is read as `data` too.

mod read;
mod write;

pub use self::read::from_value;
pub(crate) use self::write::Notation;
pub use self::write::to_value;
