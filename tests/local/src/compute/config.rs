//! The configuration of a model, which its state holds.

use serde::{Deserialize, Serialize};

use super::error::ComputeError;

/// The most parameters that one model may have.
pub const MAX_PARAMETERS: usize = 10_000_000;

/// The most hidden layers that one model may have.
pub const MAX_HIDDEN_LAYERS: usize = 16;

/// What a model learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// One class per row. Targets are one column of class indices, counted from 0; the output is
    /// one probability per class.
    Classification,
    /// Numbers, learned by mean squared error. Targets and output have one column per value.
    Regression,
}

/// The function between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// The hyperbolic tangent.
    Tanh,
}

/// What is fixed when a state is created; the state's `config.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    pub(super) format: String,
    /// The name of the preset that made the state.
    pub preset: String,
    /// What the model learns.
    pub task: Task,
    /// The columns of an input.
    pub inputs: usize,
    /// The classes, or the columns of a regression's output.
    pub outputs: usize,
    /// The widths of the hidden layers, from the input on.
    pub hidden: Vec<usize>,
    /// The function after each hidden layer.
    pub activation: Activation,
}

impl ModelConfig {
    /// The number of weights and biases, or `None` if it overflows.
    pub fn parameters(&self) -> Option<usize> {
        self.layer_sizes().try_fold(0usize, |total, (inputs, outputs)| {
            let layer = inputs.checked_mul(outputs)?.checked_add(outputs)?;
            total.checked_add(layer)
        })
    }

    /// The (inputs, outputs) of each layer.
    pub(super) fn layer_sizes(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let from = std::iter::once(self.inputs).chain(self.hidden.iter().copied());
        let to = self.hidden.iter().copied().chain(std::iter::once(self.outputs));
        from.zip(to)
    }

    /// The widest row that a forward pass holds.
    pub(super) fn widest(&self) -> usize {
        self.layer_sizes().map(|(inputs, outputs)| inputs.max(outputs)).max().unwrap_or(1)
    }

    /// Checks every size, before anything is allocated by them.
    pub(super) fn check(&self) -> Result<(), ComputeError> {
        let fail = |name: &str, reason: String| Err(ComputeError::parameter(name, reason));
        if self.inputs == 0 {
            return fail("inputs", "must be at least 1".into());
        }
        let least = match self.task {
            Task::Classification => 2,
            Task::Regression => 1,
        };
        if self.outputs < least {
            let got = self.outputs;
            return fail("outputs", format!("must be at least {least}, got {got}"));
        }
        if self.hidden.len() > MAX_HIDDEN_LAYERS {
            let got = self.hidden.len();
            return fail("hidden", format!("at most {MAX_HIDDEN_LAYERS} layers are possible, got {got}"));
        }
        if self.hidden.contains(&0) {
            return fail("hidden", "every layer needs a width of at least 1".into());
        }
        if self.parameters().is_none_or(|n| n > MAX_PARAMETERS) {
            // One large side alone is to blame where there is one, else the hidden layers.
            let name = if self.inputs > MAX_PARAMETERS {
                "inputs"
            } else if self.outputs > MAX_PARAMETERS || self.hidden.is_empty() {
                "outputs"
            } else {
                "hidden"
            };
            return fail(name, format!("the model would have more than {MAX_PARAMETERS} parameters"));
        }
        Ok(())
    }
}
