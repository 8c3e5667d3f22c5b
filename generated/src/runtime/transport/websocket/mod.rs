//! Connections that are WebSockets.

pub(super) mod dial;
mod fragments;
mod link;
mod stream;
