//! What the server tells by itself: events of a session, for as long as one is subscribed to it.

mod buffer;
mod channel;
mod event_error;
mod raw;
mod set;
mod subscription;
mod update;

pub(crate) use buffer::{Buffer, BufferLimits};
pub use channel::{Channel, EventKind, IdSource};
pub use event_error::EventError;
pub use raw::RawEvent;
pub use set::{EventSet, Subscribable};
pub use subscription::Subscription;
pub use update::{EndReason, Update};
