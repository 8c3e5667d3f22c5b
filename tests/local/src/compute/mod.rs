//! The models that the local server can train: small presets computed on the CPU with candle.
//!
//! This module knows nothing about HTTP or about the client crate. A model is a [`Preset`] plus a
//! *state*, a list of [`StatePart`]s that holds everything the preset needs: its configuration and
//! its weights. The form of a state is documented in [`state`].
//!
//! Inputs are used as given; nothing is standardised behind the caller's back.
//!
//! The same state, samples, options and seed give the same result, bit for bit, on one machine with
//! one thread count. Another processor may round differently.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod config;
mod error;
mod evaluate;
mod init;
mod linear;
mod mlp;
mod network;
mod options;
mod preset;
mod rng;
mod samples;
pub mod state;
mod train;

#[cfg(test)]
mod tests;

pub use config::{Activation, ModelConfig, Task};
pub use error::ComputeError;
pub use options::{CreateOptions, Metrics, Phase, Progress, TrainOptions};
pub use preset::{Preset, preset, presets};
pub use samples::Samples;
pub use state::{StatePart, inspect};

/// The most parameters that one model may have.
pub const MAX_PARAMETERS: usize = 10_000_000;

/// The most values (rows × columns) that one [`Samples`] may have.
pub const MAX_VALUES: usize = 50_000_000;

/// The most hidden layers that one model may have.
pub const MAX_HIDDEN_LAYERS: usize = 16;

/// The most epochs of one training.
pub const MAX_EPOCHS: usize = 1_000_000;

/// The most values that one layer may yield for one training batch.
pub const MAX_BATCH_VALUES: usize = 16_000_000;
