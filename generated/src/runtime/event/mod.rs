//! Events, without the connection that delivers them.

mod event_error;
mod raw_event;
mod update;

pub use event_error::EventError;
pub use raw_event::{EventSet, RawEvent};
pub use update::{EndReason, Update};
