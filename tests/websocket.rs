//! Calls and subscriptions on the WebSocket: against a server that does what each test says, and against a router.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

#[path = "websocket/attempts.rs"]
mod attempts;
#[path = "websocket/calls.rs"]
mod calls;
#[path = "websocket/cases.rs"]
mod cases;
#[path = "websocket/connecting.rs"]
mod connecting;
#[path = "websocket/depth.rs"]
mod depth;
#[path = "websocket/losing.rs"]
mod losing;
#[path = "websocket/server.rs"]
mod server;
#[path = "websocket/subscriptions.rs"]
mod subscriptions;
#[path = "websocket/unsubscribing.rs"]
mod unsubscribing;
mod websocket_support;
