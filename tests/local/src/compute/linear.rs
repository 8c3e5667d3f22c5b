use super::preset::new_state;
use super::{Activation, ComputeError, CreateOptions, Preset, StatePart, TrainOptions};

/// Linear or softmax regression: one layer, so that it can only draw straight borders.
pub(super) struct Linear;

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
