//! The models that the local server can train: small presets computed on the CPU with candle.
//!
//! This module is independent of HTTP and of the client crate. A model is a [`Preset`] plus a
//! *state*, a list of [`StatePart`]s that holds everything the preset needs: its configuration and
//! its weights. The form of a state is documented in [`state`].
//!
//! Inputs are used as given; nothing is standardised.
//!
//! The same state, samples, options and seed give the same result, bit for bit, on one machine with
//! one thread count. Another processor may round differently.

pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod network;
pub(crate) mod options;
pub(crate) mod preset;
pub(crate) mod random;
pub(crate) mod samples;
pub mod state;
pub(crate) mod train;

#[cfg(test)]
mod tests;

pub use config::{Activation, MAX_HIDDEN_LAYERS, MAX_PARAMETERS, ModelConfig, Task};
pub use error::ComputeError;
pub use options::{CreateOptions, MAX_BATCH_VALUES, MAX_EPOCHS, Metrics, Phase, Progress, TrainOptions};
pub use preset::{Preset, preset, presets};
pub use samples::{MAX_VALUES, Samples};
pub use state::{StatePart, inspect};
