//! The server in front of the services: HTTP and WebSockets.

mod connections;
mod http;
mod listener;
mod origin;
mod response;
pub(crate) mod server;
mod shared;
mod upgrade;
