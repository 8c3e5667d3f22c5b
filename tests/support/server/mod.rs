//! A server on loopback that does what a test says, over HTTP and WebSocket, including what no server should do.
//!
//! A [`Server`] follows a script on its own. A [`Listener`] hands each connection to the test, which drives it step by
//! step. Both end with the test, and no wait is unbounded.

mod connection;
mod http;
mod listener;
mod proxy;
mod script;
mod websocket;

pub use connection::{Counts, Reply};
pub use http::{Request, chunked, ok, response, sized};
pub use listener::{Listener, unused_address};
pub use proxy::{Direction, Fault, FaultKind, Proxy, Relayed};
pub use script::{Server, ServerBuilder};
pub use websocket::{RequestMessage, WebSocket};
