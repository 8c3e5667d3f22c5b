//! Calls and subscriptions on the WebSocket: against a scripted server, and against a router.

mod attempts;
mod calls;
mod connecting;
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
<<<<<<< HEAD
pub mod unsubscribing;
=======
mod threads;
mod unsubscribing;
>>>>>>> 539b470 (Keep unsent calls in the session, back off reconnecting, keep idle sockets)
