//! The client's runtime, through its public interface: what it sends, what it makes of answers good and bad, and what
//! it says when something is wrong. Everything happens on loopback.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says so"
)]

mod runtime_support;
