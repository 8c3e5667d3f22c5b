//! Why a computation gave no result.

use std::fmt;

/// Why a computation gave no result.
#[derive(Debug, Clone, PartialEq)]
pub enum ComputeError {
    /// The caller gave a value that cannot be used.
    InvalidParameter {
        /// The parameter's name, e.g. `batch_size`; for samples, the name they were given.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The state is damaged, or belongs to something else.
    InvalidState {
        /// What is wrong with it.
        reason: String,
    },
    /// The progress callback asked to stop.
    Cancelled,
    /// The loss or a weight stopped being a finite number.
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The batches taken so far, in all epochs.
        step: usize,
    },
    /// The model's output for a row is too large for a 32-bit float.
    NonFiniteOutput {
        /// The row, counted from 0.
        row: usize,
    },
    /// The tensor library rejected an operation, which is a bug in this module.
    Backend {
        /// The library's own message.
        reason: String,
    },
}

impl ComputeError {
    pub(super) fn parameter(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::InvalidParameter { name: name.into(), reason: reason.into() }
    }

    pub(super) fn state(reason: impl Into<String>) -> Self {
        Self::InvalidState { reason: reason.into() }
    }
}

impl fmt::Display for ComputeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidParameter { name, reason } => {
                write!(f, "invalid parameter `{name}`: {reason}")
            }
            Self::InvalidState { reason } => write!(f, "invalid model state: {reason}"),
            Self::Cancelled => f.write_str("the training was cancelled"),
            Self::Diverged { epoch, step } => write!(
                f,
                "the training diverged in epoch {epoch} (step {step}): \
                 try a lower learning rate or smaller input values"
            ),
            Self::NonFiniteOutput { row } => {
                write!(f, "the model's output for row {row} is not a finite number")
            }
            Self::Backend { reason } => write!(f, "the tensor library failed: {reason}"),
        }
    }
}

impl std::error::Error for ComputeError {}

impl From<candle_core::Error> for ComputeError {
    fn from(error: candle_core::Error) -> Self {
        Self::Backend { reason: error.to_string() }
    }
}
