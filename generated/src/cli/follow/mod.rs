//! What goes on after a call: work, and sessions with events.

mod events;
mod stdio;
mod work;

pub(crate) use self::events::events;
pub(crate) use self::work::{watch, work};
