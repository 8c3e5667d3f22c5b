use super::preset::new_state;
use super::{Activation, ComputeError, CreateOptions, Preset, StatePart, TrainOptions};

/// A small network with hidden layers, which learns curved borders too.
pub(super) struct Mlp;

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
