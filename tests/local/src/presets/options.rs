//! From inputs to the options of a preset.

use decthings::Tensor;

use super::parameters::has_layers;
use super::tensors::{Inputs, floats, integers, invalid, text};
use crate::compute::config::{Activation, Task};
use crate::compute::error::ComputeError;
use crate::compute::options::{CreateOptions, TrainOptions};
use crate::compute::preset::Preset;

/// The most epochs of one training. The metrics of each epoch stay in memory.
const MAX_RECORDED_EPOCHS: u64 = 100_000;

/// How to make a state.
pub(super) fn create_options(preset: &dyn Preset, inputs: &Inputs) -> Result<CreateOptions, ComputeError> {
    let task = match option(inputs, "kind", text)?.as_deref() {
        None | Some("classification") => Task::Classification,
        Some("regression") => Task::Regression,
        Some(other) => return Err(invalid("kind", format!("must be classification or regression, got {other:?}"))),
    };
    let activation = match option(inputs, "activation", text)?.as_deref() {
        None => None,
        Some("relu") => Some(Activation::Relu),
        Some("tanh") => Some(Activation::Tanh),
        Some(other) => return Err(invalid("activation", format!("must be relu or tanh, got {other:?}"))),
    };
    let widths = |name: &str, tensor: &Tensor| -> Result<Vec<usize>, ComputeError> {
        integers(name, tensor)?.into_iter().map(|width| size(name, width)).collect()
    };
    Ok(CreateOptions {
        task,
        inputs: required(inputs, "inputs")?,
        outputs: required(inputs, "outputs")?,
        hidden: if has_layers(preset) { option(inputs, "hidden", widths)? } else { None },
        activation,
        seed: option(inputs, "seed", integer)?.unwrap_or(0),
    })
}

/// How to train.
pub(super) fn train_options(preset: &dyn Preset, inputs: &Inputs) -> Result<TrainOptions, ComputeError> {
    let mut options = preset.default_train_options();
    if let Some(epochs) = option(inputs, "epochs", integer)? {
        if epochs > MAX_RECORDED_EPOCHS {
            return Err(invalid("epochs", format!("must be at most {MAX_RECORDED_EPOCHS}, got {epochs}")));
        }
        options.epochs = size("epochs", epochs)?;
    }
    if let Some(rate) = option(inputs, "learning_rate", float)? {
        options.learning_rate = rate;
    }
    if let Some(batch) = option(inputs, "batch_size", integer)? {
        options.batch_size = size("batch_size", batch)?;
    }
    if let Some(seed) = option(inputs, "seed", integer)? {
        options.seed = seed;
    }
    if let Some(fraction) = option(inputs, "validation_fraction", float)? {
        options.validation_fraction = fraction;
    }
    Ok(options)
}

fn option<T>(
    inputs: &Inputs,
    name: &str,
    read: impl FnOnce(&str, &Tensor) -> Result<T, ComputeError>,
) -> Result<Option<T>, ComputeError> {
    inputs.one(name).map(|tensor| read(name, tensor)).transpose()
}

fn required(inputs: &Inputs, name: &str) -> Result<usize, ComputeError> {
    match option(inputs, name, integer)? {
        Some(value) => size(name, value),
        None => Err(invalid(name, "is missing")),
    }
}

fn integer(name: &str, tensor: &Tensor) -> Result<u64, ComputeError> {
    integers(name, tensor)?.first().copied().ok_or_else(|| invalid(name, "is empty"))
}

fn float(name: &str, tensor: &Tensor) -> Result<f64, ComputeError> {
    floats(name, tensor)?.first().copied().ok_or_else(|| invalid(name, "is empty"))
}

fn size(name: &str, value: u64) -> Result<usize, ComputeError> {
    usize::try_from(value).map_err(|_| invalid(name, format!("{value} is too large")))
}
