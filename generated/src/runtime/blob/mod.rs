//! Bytes in memory, in files and from readers.

mod bytes;
mod file;
pub(crate) mod notation;
mod source;

pub use bytes::{Base64, Blob, NotInMemory};
pub(crate) use source::{Part, Pull, Source, Sourced};
