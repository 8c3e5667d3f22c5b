//! Options of creation and training, and progress reports.

use super::config::{Activation, ModelConfig, Task};
use super::error::ComputeError;

/// The most epochs of one training.
pub const MAX_EPOCHS: usize = 1_000_000;

/// The most values that one layer may yield for one training batch.
pub const MAX_BATCH_VALUES: usize = 16_000_000;

/// How to make a new state.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateOptions {
    /// What the model learns.
    pub task: Task,
    /// The columns of an input, at least 1.
    pub inputs: usize,
    /// The classes, at least 2; or the columns of a regression's output, at least 1.
    pub outputs: usize,
    /// The widths of the hidden layers; `None` for the preset's own.
    pub hidden: Option<Vec<usize>>,
    /// The function after each hidden layer; `None` for the preset's own.
    pub activation: Option<Activation>,
    /// Where the random initial weights start from.
    pub seed: u64,
}

/// How to train.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainOptions {
    /// How often each sample is used, at least 1.
    pub epochs: usize,
    /// The step size of the Adam optimizer, above 0 and at most 10.
    pub learning_rate: f64,
    /// The samples per step, at least 1; more than there are means all of them.
    pub batch_size: usize,
    /// Where the shuffling and the choice of held-out samples start from.
    pub seed: u64,
    /// The share of the samples that is held out of the training to measure it, from 0 to below 1.
    /// Above 0, at least one sample is held out.
    pub validation_fraction: f64,
}

impl TrainOptions {
    pub(super) fn check(&self, config: &ModelConfig, rows: usize) -> Result<(), ComputeError> {
        let fail = |name: &str, reason: String| Err(ComputeError::parameter(name, reason));
        if self.epochs == 0 || self.epochs > MAX_EPOCHS {
            let got = self.epochs;
            return fail("epochs", format!("must be from 1 to {MAX_EPOCHS}, got {got}"));
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 10.0) {
            let got = self.learning_rate;
            return fail("learning_rate", format!("must be above 0 and at most 10, got {got}"));
        }
        if self.batch_size == 0 {
            return fail("batch_size", "must be at least 1".into());
        }
        let values = self.batch_size.min(rows).checked_mul(config.widest());
        if values.is_none_or(|n| n > MAX_BATCH_VALUES) {
            return fail("batch_size", format!("a layer would yield more than {MAX_BATCH_VALUES} values per batch"));
        }
        if !(0.0..1.0).contains(&self.validation_fraction) {
            let got = self.validation_fraction;
            return fail("validation_fraction", format!("must be from 0 to below 1, got {got}"));
        }
        Ok(())
    }
}

/// What a [`Progress`] reports the end of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// One training batch.
    Batch,
    /// One part of the held-out samples; only sent so that a long measurement can be cancelled.
    Validation,
    /// One epoch, its measurement included.
    Epoch,
}

/// How well the model does on some samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// The mean loss: cross entropy, or the squared error.
    pub loss: f32,
    /// The share of right classes; `None` for a regression.
    pub accuracy: Option<f32>,
}

/// The progress of a training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What has just ended.
    pub phase: Phase,
    /// The epoch, counted from 1.
    pub epoch: usize,
    /// The epochs in all.
    pub epochs: usize,
    /// The batches taken so far, in all epochs.
    pub step: usize,
    /// The batches of the whole training.
    pub steps: usize,
    /// On the training samples, over this epoch so far (each seen before its own step).
    pub training: Metrics,
    /// On the held-out samples; only at [`Phase::Epoch`], and only if there are any.
    pub validation: Option<Metrics>,
}
