//! Connections that are WebSockets.

pub(crate) mod dial;
pub(crate) mod failure;
pub(crate) mod link;
pub(crate) mod stream;
