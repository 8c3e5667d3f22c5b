//! Events, without the connection that they come on.

mod event_error;
mod event_set;
mod raw_event;
mod update;

pub use event_error::EventError;
pub use event_set::EventSet;
pub use raw_event::RawEvent;
pub use update::{EndReason, Update};
