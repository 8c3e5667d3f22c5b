//! The functions of a preset, on the inputs of a call.

use std::ops::ControlFlow;

use decthings::Tensor;

use super::options::{create_options, train_options};
use super::tensors::{Inputs, samples, tensors};
use crate::compute::error::ComputeError;
use crate::compute::options::{Metrics, Progress};
use crate::compute::preset::Preset;
use crate::compute::samples::Samples;
use crate::compute::state::StatePart;
use crate::jobs::signal::StopSignal;

/// How many samples are computed before the stop signal is checked again.
const CHUNK_ROWS: usize = 16_384;

/// Makes an untrained state.
pub(crate) fn create_state(preset: &dyn Preset, inputs: &Inputs) -> Result<Vec<StatePart>, ComputeError> {
    preset.create_state(&create_options(preset, inputs)?)
}

/// Trains, starting from a state.
pub(crate) fn train(
    preset: &dyn Preset,
    from: &[StatePart],
    inputs: &Inputs,
    report: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<StatePart>, ComputeError> {
    let options = train_options(preset, inputs)?;
    let x = samples("x", inputs.all("x"))?;
    let y = samples("y", inputs.all("y"))?;
    preset.train(from, &x, &y, &options, report)
}

/// The metrics at the end of an epoch.
pub(crate) fn metrics(progress: &Progress) -> Vec<(&'static str, f32)> {
    let named = |loss, accuracy, metrics: &Metrics| {
        let accuracy = metrics.accuracy.map(|value| (accuracy, value));
        [(loss, metrics.loss)].into_iter().chain(accuracy)
    };
    let training = named("loss", "accuracy", &progress.training);
    let held_out = progress.validation.iter().flat_map(|held| named("validation_loss", "validation_accuracy", held));
    training.chain(held_out).collect()
}

/// The output for each sample, unless the signal is set before all are computed.
pub(crate) fn evaluate(
    preset: &dyn Preset,
    state: &[StatePart],
    inputs: &Inputs,
    signal: &StopSignal,
) -> Result<Vec<Tensor>, ComputeError> {
    let x = samples("x", inputs.all("x"))?;
    let mut output = Vec::with_capacity(x.rows());
    for chunk in x.data().chunks(x.cols().saturating_mul(CHUNK_ROWS).max(1)) {
        if signal.is_set() {
            return Err(ComputeError::Cancelled);
        }
        let rows = chunk.len().checked_div(x.cols()).unwrap_or(0);
        let chunk = Samples::new(x.name(), rows, x.cols(), chunk.to_vec())?;
        let computed = preset.evaluate(state, &chunk).map_err(|error| match error {
            ComputeError::NonFiniteOutput { row } => {
                ComputeError::NonFiniteOutput { row: row.saturating_add(output.len()) }
            }
            error => error,
        })?;
        let rows = tensors(&computed);
        output.extend(rows.map_err(|error| ComputeError::Backend { reason: error.to_string() })?);
    }
    Ok(output)
}
