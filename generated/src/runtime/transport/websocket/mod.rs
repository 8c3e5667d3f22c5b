//! Connections that are WebSockets.

mod dial;
mod link;
mod reason;
mod stream;

pub(crate) use dial::WebSocketDial;
