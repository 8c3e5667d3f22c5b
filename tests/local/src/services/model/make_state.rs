//! The job that makes a state: it waits for a launcher, starts the code, and calls its function.

use std::sync::Arc;
use std::time::{Duration, Instant};

use decthings::types::{CreateStateStage, MaxDurationsSeconds};

use crate::compute::state::StatePart;
use crate::context::Context;
use crate::jobs::signal::StopSignal;
use crate::presets::tensors::Inputs;
use crate::runtimes::code::RunnableCode;
use crate::runtimes::failure::Failure;
use crate::runtimes::output::Output;
use crate::runtimes::{Limit, Runtime};
use crate::util;

/// What a state is made from.
pub(super) struct Recipe {
    pub(super) code: RunnableCode,
    pub(super) inputs: Inputs,
    /// How long the steps may take.
    pub(super) limits: MaxDurationsSeconds,
}

/// How long the steps took that were reached and needed, in milliseconds.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) create_launcher: Option<u64>,
    pub(super) code_startup: Option<u64>,
    pub(super) create_state: Option<u64>,
}

/// Why there is no new state.
pub(super) struct StateFailure {
    pub(super) at: CreateStateStage,
    pub(super) cause: Failure,
}

impl StateFailure {
    pub(super) fn of_function(cause: Failure) -> Self {
        Self { at: CreateStateStage::CreateState, cause }
    }
}

/// Makes the state with the id. Returns its data, and how long the steps took.
pub(super) async fn make_state(
    context: &Arc<Context>,
    signal: &StopSignal,
    id: &str,
    recipe: Recipe,
    startup: Duration,
) -> (Steps, Result<Vec<StatePart>, StateFailure>) {
    let (mut steps, output) = (Steps::default(), Output::kept());
    let made = run(context, signal, recipe, startup, &output, &mut steps).await;
    if let Err(failure) = &made {
        output.report_failure(context, &format!("creating the state {id}"), &failure.cause);
    }
    (steps, made)
}

async fn run(
    context: &Arc<Context>,
    signal: &StopSignal,
    recipe: Recipe,
    startup: Duration,
    output: &Output,
    steps: &mut Steps,
) -> Result<Vec<StatePart>, StateFailure> {
    let Recipe { code, inputs, limits } = recipe;
    let in_startup = |cause| StateFailure { at: CreateStateStage::CodeStartup, cause };
    let launcher = context.jobs.launch(signal, startup).await;
    let launcher = launcher.map_err(|reason| in_startup(Failure::Stopped(reason)))?;
    steps.create_launcher = Some(launcher.created_in);
    let limit = Limit::new(signal, limits.code_startup);
    let runtime = Runtime::start(context, code, launcher, output.clone(), limit).await.map_err(in_startup)?;
    steps.code_startup = runtime.started_in;
    let started = Instant::now();
    let made = runtime.create_state(Limit::new(signal, limits.create_state), inputs).await;
    steps.create_state = Some(util::elapsed(started));
    runtime.close().await;
    made.map_err(StateFailure::of_function)
}
