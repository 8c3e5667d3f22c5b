//! Bytes in memory, in files and from readers.

mod bytes;
mod file;
pub(crate) mod notation;
mod source;
mod temp_file;

pub use bytes::{Base64, Blob};
pub(crate) use source::{Pull, Source, Sourced};
pub(crate) use temp_file::Part;
