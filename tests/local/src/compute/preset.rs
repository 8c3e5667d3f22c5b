use super::config::ModelConfig;
use super::linear::Linear;
use super::mlp::Mlp;
use super::train::{Report, train};
use super::{
    Activation, ComputeError, CreateOptions, Progress, Samples, StatePart, TrainOptions, evaluate, init, state,
};
use std::ops::ControlFlow;

/// A kind of model that the server offers.
pub trait Preset: Send + Sync {
    /// The name to choose it by.
    fn name(&self) -> &'static str;

    /// What it is, for people.
    fn description(&self) -> &'static str;

    /// Settings that suit it; a caller changes what it wants to.
    fn default_train_options(&self) -> TrainOptions;

    /// Makes a state that has learned nothing yet.
    ///
    /// # Errors
    /// [`ComputeError::InvalidParameter`] with the name of the option that cannot be used.
    fn create_state(&self, options: &CreateOptions) -> Result<Vec<StatePart>, ComputeError>;

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
        evaluate::evaluate(&state::load(self.name(), state)?, x)
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

/// Makes a state with the layers that a preset has settled on.
pub(super) fn new_state(
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
    state::save(&init::random(config, options.seed)?)
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
