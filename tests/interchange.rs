//! Tensors to and from what other crates and programs have.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed, and says so"
)]

mod interchange_support;
