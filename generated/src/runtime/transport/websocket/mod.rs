//! Connections that are WebSockets.

pub(super) mod dial;
mod failure;
mod link;
mod stream;
