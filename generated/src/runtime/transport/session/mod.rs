//! The connection that responses come on in any order, and events: one at a time, made when it is needed, and closed
//! when nothing uses it.

mod answers;
pub(super) mod buffer;
pub(super) mod heartbeat;
pub(super) mod lease;
pub(super) mod link;
mod pending;
mod readers;
mod serving;
pub(super) mod settings;
mod shared;
pub(super) mod socket;
mod task;
mod trace;
