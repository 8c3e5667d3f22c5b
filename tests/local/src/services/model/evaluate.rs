//! Evaluations: started, run in the background, waited for.

use std::sync::Arc;
use std::time::Instant;

use decthings::Tensor;
use decthings::api::model::EvaluateRequest;
use decthings::types::{
    EvaluationFailed, EvaluationFailedDurations, EvaluationFailure, EvaluationFailureException,
    EvaluationFailureInvalidOutput, EvaluationFailureMaxDurationExceeded, EvaluationResult, EvaluationStage,
    EvaluationSucceeded, EvaluationSucceededDurations, InvalidOutputReason, Parameter, RunningOperationType,
};

use super::make_state::PANICKED;
use crate::compute::{self, ComputeError, Preset, Samples};
use crate::fail::Fail;
use crate::jobs::{Ended, Once, Stop, StopSign};
use crate::local::Local;
use crate::presets::{self, Inputs, OUTPUT};
use crate::services::launcher::Location;
use crate::store::ids;
use crate::store::runs::{Evaluation, Finished};
use crate::store::states::Parts;
use crate::time;

/// The samples that are computed before the next look at the stop sign.
const CHUNK_ROWS: usize = 16_384;

/// The job goes on when the caller gives up waiting.
pub(super) async fn evaluate(local: &Arc<Local>, request: EvaluateRequest) -> Result<EvaluationResult, Fail> {
    let finished = start(local, request)?;
    Ok(Arc::unwrap_or_clone(finished.wait().await.result))
}

fn start(local: &Arc<Local>, request: EvaluateRequest) -> Result<Once<Finished>, Fail> {
    let mut store = local.store();
    let model = store.model(&request.model_id)?;
    model.check_created()?;
    let (state, location, durations) = match &request.snapshot_id {
        Some(id) => {
            let snapshot = model.snapshot(id)?;
            let location = Location::temporary(local, snapshot.launchers.evaluate.clone());
            (&snapshot.state, location, &snapshot.durations)
        }
        None => {
            let spec = model.launchers.evaluate.clone();
            let location = Location::of_model(local, &store, &model.used_launchers, spec);
            (model.active_state()?, location, &model.durations)
        }
    };
    state.check_mounted(&store)?;
    let definitions = presets::definitions(model.preset).evaluate_input;
    let inputs = presets::resolve(&store, &definitions, request.params, "params")?;
    let evaluation =
        Evaluation { id: ids::id(), started_at: time::now(), sign: StopSign::new(), finished: Once::new() };
    let seconds = durations.evaluate;
    let work = Work { preset: model.preset, state: state.parts.clone(), inputs, sign: evaluation.sign.clone() };
    let (own, told) = (local.clone(), evaluation.finished.clone());
    let (used, id) = (location.used.clone(), evaluation.id.clone());
    local.jobs.spawn(&evaluation.sign, async move {
        let result = execute(&own, work, &location, seconds).await;
        own.store().vacate(&location.used, &id);
        told.set(Finished::new(time::now(), result));
    })?;
    store.occupy(&used, &evaluation.id, RunningOperationType::Evaluate);
    let finished = evaluation.finished.clone();
    store.model_mut(&request.model_id)?.evaluations.add(evaluation);
    Ok(finished)
}

/// What the thread of an evaluation needs.
struct Work {
    preset: &'static dyn Preset,
    state: Parts,
    inputs: Inputs,
    sign: StopSign,
}

/// What it gives: the output, and how long loading the state took in milliseconds.
type Worked = Result<(Vec<Tensor>, u64), ComputeError>;

async fn execute(local: &Local, work: Work, location: &Location, seconds: u32) -> EvaluationResult {
    let asked = Instant::now();
    let sign = work.sign.clone();
    let mut durations = EvaluationFailedDurations::new();
    let failed = |durations, failure: EvaluationFailure| {
        EvaluationFailed::new(time::elapsed(asked), durations, location.used.clone(), failure).into()
    };
    let launcher = match local.jobs.launch(&sign, location.startup).await {
        Ok(launcher) => launcher,
        Err(stop) => return failed(durations, stopped(stop)),
    };
    let created_in = launcher.created_in;
    durations.create_launcher = Some(created_in);
    let started = Instant::now();
    let result: Result<Worked, Ended> =
        local.jobs.compute(launcher, &sign, time::deadline(seconds), move || work.evaluate()).await;
    let took = time::elapsed(started);
    durations.evaluate = Some(took);
    match result {
        Ok(Ok((output, instantiated_in))) => {
            let durations = EvaluationSucceededDurations::new(took.saturating_sub(instantiated_in))
                .create_launcher(created_in)
                .create_instantiated_model(instantiated_in);
            let output = Parameter::new(OUTPUT, output);
            EvaluationSucceeded::new(time::elapsed(asked), durations, location.used.clone(), [output]).into()
        }
        Ok(Err(ComputeError::Cancelled)) => failed(durations, stopped(sign.get().unwrap_or(Stop::Cancelled))),
        Ok(Err(error)) => failed(durations, failure(&error)),
        Err(Ended::Stopped(stop)) => failed(durations, stopped(stop)),
        Err(Ended::Panicked) => failed(durations, exception(EvaluationStage::Evaluate, PANICKED)),
    }
}

impl Work {
    fn evaluate(&self) -> Worked {
        let started = Instant::now();
        compute::inspect(&self.state)?;
        let instantiated_in = time::elapsed(started);
        let x = presets::samples("x", self.inputs.all("x"))?;
        let mut output = Vec::with_capacity(x.rows());
        for chunk in x.data().chunks(x.cols().saturating_mul(CHUNK_ROWS).max(1)) {
            if self.sign.get().is_some() {
                return Err(ComputeError::Cancelled);
            }
            let rows = chunk.len().checked_div(x.cols()).unwrap_or(0);
            let chunk = Samples::new(x.name(), rows, x.cols(), chunk.to_vec())?;
            let computed = self.preset.evaluate(&self.state, &chunk).map_err(|error| match error {
                ComputeError::NonFiniteOutput { row } => {
                    ComputeError::NonFiniteOutput { row: row.saturating_add(output.len()) }
                }
                error => error,
            })?;
            let rows = presets::tensors(&computed);
            output.extend(rows.map_err(|error| ComputeError::Backend { reason: error.to_string() })?);
        }
        Ok((output, instantiated_in))
    }
}

fn stopped(stop: Stop) -> EvaluationFailure {
    match stop {
        Stop::Cancelled => EvaluationFailure::Cancelled,
        Stop::ShuttingDown => EvaluationFailure::LauncherTerminated,
        Stop::TimeLimit => EvaluationFailureMaxDurationExceeded::new(EvaluationStage::Evaluate).into(),
    }
}

fn failure(error: &ComputeError) -> EvaluationFailure {
    let details = error.to_string();
    match error {
        ComputeError::NonFiniteOutput { .. } => {
            EvaluationFailureInvalidOutput::new(InvalidOutputReason::Invalid, details).into()
        }
        ComputeError::InvalidState { .. } => exception(EvaluationStage::InstantiateModel, &details),
        _ => exception(EvaluationStage::Evaluate, &details),
    }
}

fn exception(at: EvaluationStage, details: &str) -> EvaluationFailure {
    EvaluationFailureException::new(at).exception_details(details).into()
}
