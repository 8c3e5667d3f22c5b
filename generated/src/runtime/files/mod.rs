//! Bytes that are not in memory: files and readers to send, and files that answers came into.

mod blob;
mod part;
mod progress;
mod source;

pub(crate) use part::Part;
pub use progress::TransferProgress;
pub(crate) use progress::{ProgressCallback, TransferCounter};
pub(crate) use source::{Pull, Source, Sourced};
