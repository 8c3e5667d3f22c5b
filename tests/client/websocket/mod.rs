//! Calls and subscriptions on the WebSocket: against a scripted server, and against a router.

mod attempts;
mod calls;
mod connecting;
mod fragments;
mod json_depth;
mod reconnecting;
pub mod served;
mod server;
mod subscriptions;
pub mod support;
pub mod talk;
pub mod unsubscribing;
