//! Bytes that are not in memory: files and readers to send, and files that answers came into.

mod blob;
mod part;
mod progress;
mod source;

pub(crate) use part::Part;
pub use progress::Transferred;
pub(crate) use progress::{OnTransfer, TransferMeter};
pub(crate) use source::{Pull, Source, Sourced};
