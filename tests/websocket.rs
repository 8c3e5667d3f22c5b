//! Calls and subscriptions on the WebSocket: against a server that does what each test says, and against a router.

#[path = "websocket/calls.rs"]
mod calls;
#[path = "websocket/connecting.rs"]
mod connecting;
#[path = "websocket/losing.rs"]
mod losing;
#[path = "websocket/server.rs"]
mod server;
#[path = "websocket/subscriptions.rs"]
mod subscriptions;
#[path = "websocket/unsubscribing.rs"]
mod unsubscribing;
mod websocket_support;
