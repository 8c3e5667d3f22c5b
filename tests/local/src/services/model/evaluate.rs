//! Evaluations: started, run in the background, listed, waited for, cancelled.

use std::sync::Arc;
use std::time::Instant;

use decthings::Tensor;
use decthings::api::model::{
    CancelEvaluationRequest, CancelEvaluationResult, EvaluateRequest, GetEvaluationsRequest, GetEvaluationsResult,
    GetFinishedEvaluationResultRequest,
};
use decthings::types::{
    EvaluationFailed, EvaluationFailedDurations, EvaluationFailure, EvaluationFailureException,
    EvaluationFailureInvalidOutput, EvaluationFailureMaxDurationExceeded, EvaluationResult, EvaluationStage,
    EvaluationSucceeded, EvaluationSucceededDurations, InvalidOutputReason, Parameter, RunningOperationType,
};

use crate::compute::error::ComputeError;
use crate::compute::preset::Preset;
use crate::compute::state::inspect;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::pool::JobError;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::presets::functions;
use crate::presets::parameters::{OUTPUT, parameter_definitions};
use crate::presets::tensors::Inputs;
use crate::services::common::location::Location;
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::PANICKED;
use crate::store::evaluations::{Evaluation, Finished};
use crate::store::states::Parts;
use crate::util;

/// The job continues if the caller stops waiting.
pub(super) async fn evaluate(context: &Arc<Context>, request: EvaluateRequest) -> Result<EvaluationResult, CallError> {
    let finished = start(context, request)?;
    Ok(Arc::unwrap_or_clone(finished.wait().await.result))
}

fn start(context: &Arc<Context>, request: EvaluateRequest) -> Result<Once<Finished>, CallError> {
    let store = context.store();
    let model = store.model(&request.model_id)?;
    model.check_created("modelId")?;
    let (state, location, durations) = match &request.snapshot_id {
        Some(id) => {
            let snapshot = model.snapshot(id)?;
            let location = Location::temporary(context, snapshot.launchers.evaluate.clone());
            (&snapshot.state, location, &snapshot.durations)
        }
        None => {
            let spec = model.launchers.evaluate.clone();
            let location = Location::of_model(context, &store, &model.used_launchers, spec);
            (model.active_state()?, location, &model.durations)
        }
    };
    store.check_mounted(state)?;
    let definitions = parameter_definitions(model.preset).evaluate_input;
    let inputs = resolve_inputs(&store, &definitions, request.params, "params")?;
    let evaluation =
        Evaluation { id: util::new_id(), started_at: util::now(), signal: StopSignal::new(), finished: Once::new() };
    let seconds = durations.evaluate;
    let job = EvaluationJob {
        preset: model.preset,
        state: state.load(&store.storage)?,
        inputs,
        signal: evaluation.signal.clone(),
    };
    let (own, own_finished) = (context.clone(), evaluation.finished.clone());
    let (used, id) = (location.used.clone(), evaluation.id.clone());
    context.jobs.spawn(&evaluation.signal, async move {
        let result = execute(&own, job, &location, seconds).await;
        own.vacate(&location.used, &id);
        own_finished.set(Finished::new(util::now(), result));
    })?;
    store.launchers.occupy(&used, &evaluation.id, RunningOperationType::Evaluate);
    let finished = evaluation.finished.clone();
    model.activity.evaluations().add(evaluation);
    Ok(finished)
}

/// What the thread of an evaluation needs.
struct EvaluationJob {
    preset: &'static dyn Preset,
    state: Parts,
    inputs: Inputs,
    signal: StopSignal,
}

/// The output, and how long loading the state took in milliseconds.
type Evaluated = Result<(Vec<Tensor>, u64), ComputeError>;

async fn execute(context: &Context, job: EvaluationJob, location: &Location, seconds: u32) -> EvaluationResult {
    let requested = Instant::now();
    let signal = job.signal.clone();
    let mut durations = EvaluationFailedDurations::new();
    let failed = |durations, failure: EvaluationFailure| {
        EvaluationFailed::new(util::elapsed(requested), durations, location.used.clone(), failure).into()
    };
    let launcher = match context.jobs.launch(&signal, location.startup).await {
        Ok(launcher) => launcher,
        Err(reason) => return failed(durations, stopped(reason)),
    };
    let created_in = launcher.created_in;
    durations.create_launcher = Some(created_in);
    let started = Instant::now();
    let result: Result<Evaluated, JobError> =
        context.jobs.compute(launcher, &signal, util::deadline(seconds), move || job.evaluate()).await;
    let took = util::elapsed(started);
    durations.evaluate = Some(took);
    match result {
        Ok(Ok((output, instantiated_in))) => {
            let durations = EvaluationSucceededDurations::new(took.saturating_sub(instantiated_in))
                .create_launcher(created_in)
                .create_instantiated_model(instantiated_in);
            let output = Parameter::new(OUTPUT, output);
            EvaluationSucceeded::new(util::elapsed(requested), durations, location.used.clone(), [output]).into()
        }
        Ok(Err(ComputeError::Cancelled)) => failed(durations, stopped(signal.get().unwrap_or(StopReason::Cancelled))),
        Ok(Err(error)) => failed(durations, failure(&error)),
        Err(JobError::Stopped(reason)) => failed(durations, stopped(reason)),
        Err(JobError::Panicked) => failed(durations, exception(EvaluationStage::Evaluate, PANICKED)),
    }
}

impl EvaluationJob {
    fn evaluate(&self) -> Evaluated {
        let started = Instant::now();
        inspect(&self.state)?;
        let instantiated_in = util::elapsed(started);
        let output = functions::evaluate(self.preset, &self.state, &self.inputs, &self.signal)?;
        Ok((output, instantiated_in))
    }
}

fn stopped(reason: StopReason) -> EvaluationFailure {
    match reason {
        StopReason::Cancelled => EvaluationFailure::Cancelled,
        StopReason::ShuttingDown => EvaluationFailure::LauncherTerminated,
        StopReason::TimeLimit => EvaluationFailureMaxDurationExceeded::new(EvaluationStage::Evaluate).into(),
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

pub(super) fn get_evaluations(
    context: &Context,
    request: GetEvaluationsRequest,
) -> Result<GetEvaluationsResult, CallError> {
    let (running, finished) = context.store().model(&request.model_id)?.activity.evaluations().list();
    Ok(GetEvaluationsResult::new(running, finished))
}

pub(super) async fn get_finished_evaluation_result(
    context: &Context,
    request: GetFinishedEvaluationResultRequest,
) -> Result<EvaluationResult, CallError> {
    let evaluation = find(context, &request.model_id, &request.evaluation_id)?;
    Ok(Arc::unwrap_or_clone(evaluation.finished.wait().await.result))
}

/// An evaluation that has finished cannot be cancelled, so it counts as not found.
pub(super) fn cancel_evaluation(
    context: &Context,
    request: CancelEvaluationRequest,
) -> Result<CancelEvaluationResult, CallError> {
    let evaluation = find(context, &request.model_id, &request.evaluation_id)?;
    if evaluation.finished.is_set() {
        return Err(CallError::EvaluationNotFound);
    }
    evaluation.signal.set(StopReason::Cancelled);
    Ok(CancelEvaluationResult::new())
}

fn find(context: &Context, model: &str, evaluation: &str) -> Result<Evaluation, CallError> {
    let store = context.store();
    store.model(model)?.activity.evaluations().find(evaluation).ok_or(CallError::EvaluationNotFound)
}
