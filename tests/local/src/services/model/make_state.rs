//! The job that makes a state: it waits for a launcher, then calls the preset.

use std::time::{Duration, Instant};

use crate::compute::preset::Preset;
use crate::compute::state::StatePart;
use crate::context::Context;
use crate::jobs::pool::JobError;
use crate::jobs::signal::StopSignal;
use crate::presets::functions;
use crate::presets::tensors::Inputs;
use crate::services::common::states::{FailureCause, PANICKED};
use crate::util;

/// What a state is made from.
pub(super) struct Recipe {
    pub(super) preset: &'static dyn Preset,
    pub(super) inputs: Inputs,
    /// How long it may take.
    pub(super) seconds: u32,
}

/// A new state, and how long its steps took in milliseconds.
pub(super) struct NewState {
    pub(super) parts: Vec<StatePart>,
    pub(super) create_launcher: u64,
    pub(super) create_state: u64,
}

/// Why there is no new state, and how long the steps that were reached took in milliseconds.
pub(super) struct StateFailure {
    pub(super) cause: FailureCause,
    pub(super) create_launcher: Option<u64>,
    pub(super) create_state: Option<u64>,
}

pub(super) async fn make_state(
    context: &Context,
    signal: &StopSignal,
    recipe: Recipe,
    startup: Duration,
) -> Result<NewState, StateFailure> {
    let launcher = context.jobs.launch(signal, startup).await.map_err(|reason| StateFailure {
        cause: FailureCause::Stopped(reason),
        create_launcher: None,
        create_state: None,
    })?;
    let create_launcher = launcher.created_in;
    let started = Instant::now();
    let Recipe { preset, inputs, seconds } = recipe;
    let work = move || functions::create_state(preset, &inputs);
    let result = context.jobs.compute(launcher, signal, util::deadline(seconds), work).await;
    let create_state = util::elapsed(started);
    let cause = match result {
        Ok(Ok(parts)) => return Ok(NewState { parts, create_launcher, create_state }),
        Ok(Err(error)) => FailureCause::Exception(error.to_string()),
        Err(JobError::Stopped(reason)) => FailureCause::Stopped(reason),
        Err(JobError::Panicked) => FailureCause::Exception(PANICKED.to_owned()),
    };
    Err(StateFailure { cause, create_launcher: Some(create_launcher), create_state: Some(create_state) })
}
