//! Training.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};

use super::config::Task;
use super::error::ComputeError;
use super::network::Network;
use super::options::{Metrics, Phase, Progress, TrainOptions};
use super::random::Rng;
use super::samples::Samples;

/// What a training reports to.
pub(super) type Report<'a> = &'a mut dyn FnMut(Progress) -> ControlFlow<()>;

/// Trains the network in place.
pub(super) fn train(
    network: &Network,
    x: &Samples,
    y: &Samples,
    options: &TrainOptions,
    report: Report<'_>,
) -> Result<(), ComputeError> {
    x.expect_cols(network.config.inputs)?;
    if y.rows() != x.rows() {
        let reason = format!("has {} rows, but `{}` has {}", y.rows(), x.name(), x.rows());
        return Err(ComputeError::parameter(y.name(), reason));
    }
    options.check(&network.config, x.rows())?;
    let targets = targets(network, y)?;
    let inputs = Tensor::from_slice(x.data(), (x.rows(), x.cols()), &Device::Cpu)?;

    let mut rng = Rng::new(options.seed);
    let (mut training, held_out) = split(x.rows(), options.validation_fraction, &mut rng)?;
    let batch = options.batch_size.min(training.len());
    let epochs = options.epochs;
    let mut optimizer = AdamW::new(
        network.variables(),
        ParamsAdamW {
            lr: options.learning_rate,
            weight_decay: 0.0, // plain Adam
            ..ParamsAdamW::default()
        },
    )?;

    let mut step = 0usize;
    let steps = training.len().div_ceil(batch.max(1)).saturating_mul(epochs);
    for epoch in 1..=epochs {
        rng.shuffle(&mut training);
        let mut seen = Tally::default();
        let progress = |phase, step, seen: &Tally, validation| Progress {
            phase,
            epoch,
            epochs,
            step,
            steps,
            training: seen.metrics(),
            validation,
        };
        for rows in training.chunks(batch.max(1)) {
            let (x, y) = pick(&inputs, &targets, rows)?;
            let last = network.forward(&x)?;
            let loss = network.loss(&last, &y)?;
            step = step.saturating_add(1);
            seen.add(loss.to_scalar()?, network.hits(&last, &y)?, rows.len());
            if !seen.loss.is_finite() {
                return Err(ComputeError::Diverged { epoch, step });
            }
            optimizer.backward_step(&loss)?;
            go_on(report(progress(Phase::Batch, step, &seen, None)))?;
        }
        let mut held = Tally::default();
        for rows in held_out.chunks(network.chunk_rows()) {
            let (x, y) = pick(&inputs, &targets, rows)?;
            let last = network.forward(&x)?;
            let loss = network.loss(&last, &y)?.to_scalar()?;
            held.add(loss, network.hits(&last, &y)?, rows.len());
            if !held.loss.is_finite() {
                return Err(ComputeError::Diverged { epoch, step });
            }
            go_on(report(progress(Phase::Validation, step, &seen, None)))?;
        }
        let validation = (held.rows > 0).then(|| held.metrics());
        go_on(report(progress(Phase::Epoch, step, &seen, validation)))?;
    }
    // The last step's own result has been seen by no loss yet.
    let finite = network.values()?.iter().all(|(weight, bias)| {
        let mut values = weight.iter().chain(bias);
        values.all(|value| value.is_finite())
    });
    if finite { Ok(()) } else { Err(ComputeError::Diverged { epoch: epochs, step }) }
}

fn go_on(flow: ControlFlow<()>) -> Result<(), ComputeError> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ComputeError::Cancelled),
    }
}

/// Checks the targets and turns them into what the loss takes.
fn targets(network: &Network, y: &Samples) -> Result<Tensor, ComputeError> {
    let outputs = network.config.outputs;
    if network.config.task == Task::Regression {
        y.expect_cols(outputs)?;
        return Ok(Tensor::from_slice(y.data(), (y.rows(), outputs), &Device::Cpu)?);
    }
    y.expect_cols(1)?;
    let classes = y
        .data()
        .iter()
        .enumerate()
        .map(|(row, &value)| {
            // No model has as many outputs as a float has exact integers.
            if value.fract() == 0.0 && value >= 0.0 && value < outputs as f32 {
                return Ok(value as u32);
            }
            Err(ComputeError::parameter(
                y.name(),
                format!("row {row}: {value} is no class index from 0 to below {outputs}"),
            ))
        })
        .collect::<Result<Vec<u32>, ComputeError>>()?;
    Ok(Tensor::from_vec(classes, y.rows(), &Device::Cpu)?)
}

/// Chooses the rows to train with and the rows to hold out.
fn split(rows: usize, fraction: f64, rng: &mut Rng) -> Result<(Vec<u32>, Vec<u32>), ComputeError> {
    let mut order: Vec<u32> = (0..u32::try_from(rows).unwrap_or(u32::MAX)).collect();
    if fraction <= 0.0 {
        return Ok((order, Vec::new()));
    }
    let held = ((rows as f64 * fraction).round() as usize).max(1);
    if held >= rows {
        return Err(ComputeError::parameter(
            "validation_fraction",
            format!("leaves no sample to train with, of {rows}"),
        ));
    }
    rng.shuffle(&mut order);
    let training = order.split_off(held);
    Ok((training, order))
}

fn pick(x: &Tensor, y: &Tensor, rows: &[u32]) -> Result<(Tensor, Tensor), ComputeError> {
    let rows = Tensor::from_slice(rows, rows.len(), &Device::Cpu)?;
    Ok((x.index_select(&rows, 0)?, y.index_select(&rows, 0)?))
}

/// Sums up batches of different lengths.
#[derive(Default)]
struct Tally {
    loss: f64,
    hits: Option<usize>,
    rows: usize,
}

impl Tally {
    fn add(&mut self, loss: f32, hits: Option<usize>, rows: usize) {
        self.loss += f64::from(loss) * rows as f64;
        self.rows = self.rows.saturating_add(rows);
        if let Some(hits) = hits {
            self.hits = Some(self.hits.unwrap_or(0).saturating_add(hits));
        }
    }

    fn metrics(&self) -> Metrics {
        let rows = self.rows.max(1) as f64;
        Metrics { loss: (self.loss / rows) as f32, accuracy: self.hits.map(|hits| (hits as f64 / rows) as f32) }
    }
}
