//! Checks a program: a client in any language behind a small adapter, which answers cases on standard input. The contract
//! is in `schema/vectors/README.md`.
//!
//! [`vectors`] and [`recorded`] make cases, a [`Program`] answers them, and [`Case::judge`] compares.

mod case;
mod frame;
mod program;
pub mod recorded;
mod values;
pub mod vectors;

pub use case::{Case, Expected, Verdict};
pub use program::Program;
pub use values::{hex, unhex};
