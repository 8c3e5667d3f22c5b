//! What goes on over many calls: long lists page by page, work that outlives the call that starts it, and both without
//! async code.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

#[path = "following/blocking.rs"]
mod blocking;
#[path = "following/definition.rs"]
mod definition;
#[path = "following/metrics.rs"]
mod metrics;
#[path = "following/pages.rs"]
mod pages;
#[path = "following/training.rs"]
mod training;
#[path = "following/waiting.rs"]
mod waiting;
#[allow(dead_code, reason = "these tests need but a part of it")]
mod websocket_support;

use decthings::{Client, Router};

fn client(router: Router) -> Client {
    Client::builder().service(router).build().unwrap()
}
