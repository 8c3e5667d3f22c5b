//! Bytes in memory, in files and from readers.

#[cfg(feature = "dynamic")]
pub(crate) mod attachments;
mod bytes;
mod file;
pub(crate) mod notation;
mod source;

#[cfg(feature = "dynamic")]
pub use attachments::Attachment;
pub use bytes::{Base64, Blob, NotInMemory};
pub(crate) use source::{Part, Pull, Source, Sourced};
