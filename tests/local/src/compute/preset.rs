//! The presets: what they are called, and how their models are made, trained and evaluated.

use std::ops::ControlFlow;

use super::config::{Activation, ModelConfig};
use super::error::ComputeError;
use super::options::{CreateOptions, Progress, TrainOptions};
use super::samples::Samples;
use super::state::StatePart;
use super::train::{Report, train};
use super::{random, state};

/// A kind of model that the server offers.
pub trait Preset: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;

    /// A description for users.
    fn description(&self) -> &'static str;

    /// Defaults that suit it.
    fn default_train_options(&self) -> TrainOptions;

    /// Makes an untrained state.
    ///
    /// # Errors
    /// [`ComputeError::InvalidParameter`] with the name of the option that cannot be used.
    fn create_state(&self, options: &CreateOptions) -> Result<Vec<StatePart>, ComputeError>;

    /// Loads a state to see whether it can be used.
    ///
    /// # Errors
    /// [`ComputeError::InvalidState`] if it cannot.
    fn check_state(&self, state: &[StatePart]) -> Result<(), ComputeError> {
        state::load(self.name(), state).map(|_| ())
    }

    /// Trains from the given state on and returns the new one.
    ///
    /// `progress` is called after every batch; when it breaks, the training ends at once with
    /// [`ComputeError::Cancelled`].
    ///
    /// # Errors
    /// [`ComputeError::InvalidState`] and [`ComputeError::InvalidParameter`] before the first
    /// batch, [`ComputeError::Diverged`] or [`ComputeError::Cancelled`] later.
    fn train(
        &self,
        state: &[StatePart],
        x: &Samples,
        y: &Samples,
        options: &TrainOptions,
        progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Vec<StatePart>, ComputeError> {
        train_state(self.name(), state, x, y, options, progress)
    }

    /// The output for each row of `x`: one probability per class, or a regression's values.
    ///
    /// # Errors
    /// [`ComputeError::InvalidState`], [`ComputeError::InvalidParameter`], or
    /// [`ComputeError::NonFiniteOutput`] for inputs that are too large.
    fn evaluate(&self, state: &[StatePart], x: &Samples) -> Result<Samples, ComputeError> {
        state::load(self.name(), state)?.evaluate(x)
    }
}

/// All presets.
pub fn presets() -> &'static [&'static dyn Preset] {
    &[&Linear, &Mlp]
}

/// The preset of that name.
pub fn preset(name: &str) -> Option<&'static dyn Preset> {
    presets().iter().copied().find(|preset| preset.name() == name)
}

/// Linear or softmax regression: one layer, so that it can only draw straight borders.
struct Linear;

impl Preset for Linear {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn description(&self) -> &'static str {
        "Linear regression, or softmax regression for classes. Fast; learns straight lines only."
    }

    fn default_train_options(&self) -> TrainOptions {
        TrainOptions { epochs: 60, learning_rate: 0.05, batch_size: 32, seed: 0, validation_fraction: 0.0 }
    }

    fn create_state(&self, options: &CreateOptions) -> Result<Vec<StatePart>, ComputeError> {
        if options.hidden.as_ref().is_some_and(|h| !h.is_empty()) {
            let reason = "the preset `linear` has no hidden layers";
            return Err(ComputeError::parameter("hidden", reason));
        }
        if options.activation.is_some() {
            let reason = "the preset `linear` has no activation";
            return Err(ComputeError::parameter("activation", reason));
        }
        // The configuration has the field, but without a hidden layer nothing reads it.
        new_state(self, options, Vec::new(), Activation::Relu)
    }
}

/// A small network with hidden layers, which learns curved borders too.
struct Mlp;

impl Preset for Mlp {
    fn name(&self) -> &'static str {
        "mlp"
    }

    fn description(&self) -> &'static str {
        "A small neural network (multi-layer perceptron). Learns curves and regions."
    }

    fn default_train_options(&self) -> TrainOptions {
        TrainOptions { epochs: 60, learning_rate: 0.01, batch_size: 32, seed: 0, validation_fraction: 0.0 }
    }

    fn create_state(&self, options: &CreateOptions) -> Result<Vec<StatePart>, ComputeError> {
        let hidden = options.hidden.clone().unwrap_or_else(|| vec![32, 32]);
        if hidden.is_empty() {
            let reason = "needs at least one layer; the preset `linear` has none";
            return Err(ComputeError::parameter("hidden", reason));
        }
        let activation = options.activation.unwrap_or(Activation::Relu);
        new_state(self, options, hidden, activation)
    }
}

/// Makes a state with the layers of a preset.
fn new_state(
    preset: &dyn Preset,
    options: &CreateOptions,
    hidden: Vec<usize>,
    activation: Activation,
) -> Result<Vec<StatePart>, ComputeError> {
    let config = ModelConfig {
        format: state::FORMAT.into(),
        preset: preset.name().into(),
        task: options.task,
        inputs: options.inputs,
        outputs: options.outputs,
        hidden,
        activation,
    };
    state::save(&random::network(config, options.seed)?)
}

fn train_state(
    preset: &str,
    old: &[StatePart],
    x: &Samples,
    y: &Samples,
    options: &TrainOptions,
    report: Report<'_>,
) -> Result<Vec<StatePart>, ComputeError> {
    let network = state::load(preset, old)?;
    train(&network, x, y, options, report)?;
    state::save(&network)
}
