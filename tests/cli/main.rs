//! The program `decthings`, run as a user runs it, against services on loopback.

// The lints of library code, which keep outside data from panicking it, are not for tests.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod accounts;
mod calls;
mod exports;
mod failures;
mod files;
mod help;
mod imports;
mod methods;
mod program;
mod results;
mod resuming;
mod sessions;
mod user;
mod work;
