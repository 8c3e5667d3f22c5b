//! The server in front of the services: HTTP and WebSockets.

mod http;
mod response;
pub(crate) mod server;
mod shared;
mod upgrade;
mod websocket;
