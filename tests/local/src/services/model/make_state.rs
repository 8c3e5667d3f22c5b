//! The job that makes a state: waits for a launcher, then has the preset compute.

use std::time::{Duration, Instant};

use crate::compute::{Preset, StatePart};
use crate::jobs::{Ended, Stop, StopSign};
use crate::local::Local;
use crate::presets::{self, Inputs};
use crate::time;

/// What a state is made of.
pub(super) struct Recipe {
    pub(super) preset: &'static dyn Preset,
    pub(super) inputs: Inputs,
    /// How long it may take.
    pub(super) seconds: u32,
}

/// A new state, and how long its steps took in milliseconds.
pub(super) struct Made {
    pub(super) parts: Vec<StatePart>,
    pub(super) create_launcher: u64,
    pub(super) create_state: u64,
}

/// Why there is no new state, and how long the steps that were reached took in milliseconds.
pub(super) struct NotMade {
    pub(super) why: Why,
    pub(super) create_launcher: Option<u64>,
    pub(super) create_state: Option<u64>,
}

pub(super) enum Why {
    Stopped(Stop),
    Exception(String),
}

pub(super) async fn make_state(
    local: &Local,
    sign: &StopSign,
    recipe: Recipe,
    startup: Duration,
) -> Result<Made, NotMade> {
    let launcher = local.jobs.launch(sign, startup).await.map_err(|stop| NotMade {
        why: Why::Stopped(stop),
        create_launcher: None,
        create_state: None,
    })?;
    let create_launcher = launcher.created_in;
    let started = Instant::now();
    let Recipe { preset, inputs, seconds } = recipe;
    let work = move || preset.create_state(&presets::create_options(preset, &inputs)?);
    let result = local.jobs.compute(launcher, sign, time::deadline(seconds), work).await;
    let create_state = time::elapsed(started);
    let why = match result {
        Ok(Ok(parts)) => return Ok(Made { parts, create_launcher, create_state }),
        Ok(Err(error)) => Why::Exception(error.to_string()),
        Err(Ended::Stopped(stop)) => Why::Stopped(stop),
        Err(Ended::Panicked) => Why::Exception(PANICKED.to_owned()),
    };
    Err(NotMade { why, create_launcher: Some(create_launcher), create_state: Some(create_state) })
}

/// What a defect of a preset looks like from outside.
pub(super) const PANICKED: &str = "the preset panicked, see the server's own output";

/// What no more space looks like at the end of a job.
pub(super) const NO_SPACE: &str = "the new state does not fit into the storage, see the limits of the server";
