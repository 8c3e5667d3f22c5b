//! The server: HTTP on a socket, in front of the services.

mod answer;
mod serve;
mod server;

pub use server::{LocalServer, StartError};
