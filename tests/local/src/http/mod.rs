//! The server: HTTP and WebSockets in front of the services.

mod answer;
mod keys;
mod serve;
mod server;
mod socket;
mod upgrade;

pub use server::{LocalServer, StartError};
