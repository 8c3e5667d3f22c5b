//! The connection for WebSocket calls and events: one at a time, opened on demand, and closed when it is unused.

pub(super) mod buffer;
mod connection;
pub(super) mod lease;
pub(super) mod link;
mod pending;
mod readers;
mod responses;
pub(super) mod settings;
mod shared;
pub(super) mod socket;
mod task;
