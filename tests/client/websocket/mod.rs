//! Calls and subscriptions on the WebSocket: against a scripted server, and against a router.

mod attempts;
mod calls;
mod connecting;
mod fragments;
mod idle;
mod json_depth;
mod queue;
mod reconnecting;
mod schedules;
pub mod served;
mod server;
mod subscriptions;
pub mod support;
pub mod talk;
mod threads;
pub mod unsubscribing;
