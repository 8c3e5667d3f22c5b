//! Evaluations: started, run in the background, listed, waited for, cancelled.

use std::sync::Arc;
use std::time::{Duration, Instant};

use decthings::api::model::{
    CancelEvaluationRequest, CancelEvaluationResult, EvaluateRequest, GetEvaluationsRequest, GetEvaluationsResult,
    GetFinishedEvaluationResultRequest,
};
use decthings::types::{
    EvaluationFailed, EvaluationFailedDurations, EvaluationFailure, EvaluationFailureException,
    EvaluationFailureInvalidOutput, EvaluationFailureMaxDurationExceeded, EvaluationResult, EvaluationStage,
    EvaluationSucceeded, EvaluationSucceededDurations, MaxDurationsSeconds, Parameter, RunningOperationType,
};

use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::presets::tensors::Inputs;
use crate::runtimes::code::RunnableCode;
use crate::runtimes::failure::Failure;
use crate::runtimes::output::Output;
use crate::runtimes::{Limit, Runtime};
use crate::services::common::code::{mounted, runnable_code};
use crate::services::common::location::Location;
use crate::services::common::parameters::resolve_inputs;
use crate::store::code::Function;
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
    let snapshot = request.snapshot_id.as_deref().map(|id| model.snapshot(id)).transpose()?;
    let (state, location, durations) = match snapshot {
        Some(snapshot) => {
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
    let code = snapshot.map_or(&model.code, |snapshot| &snapshot.code);
    let inputs = resolve_inputs(&store, code, Function::Evaluate, request.params, "params")?;
    let code = runnable_code(&context.config, &store, model, snapshot, &mounted(&state.mounted), "modelId")?;
    let evaluation =
        Evaluation { id: util::new_id(), started_at: util::now(), signal: StopSignal::new(), finished: Once::new() };
    let job = EvaluationJob {
        id: evaluation.id.clone(),
        code,
        state: state.load(&store.storage)?,
        inputs,
        limits: durations.clone(),
        signal: evaluation.signal.clone(),
    };
    let (own, own_finished) = (context.clone(), evaluation.finished.clone());
    let (used, id) = (location.used.clone(), evaluation.id.clone());
    context.jobs.spawn(&evaluation.signal, async move {
        let result = job.execute(&own, &location).await;
        own.vacate(&location.used, &id);
        own_finished.set(Finished::new(util::now(), result));
    })?;
    store.launchers.occupy(&used, &evaluation.id, RunningOperationType::Evaluate);
    let finished = evaluation.finished.clone();
    model.activity.evaluations().add(evaluation);
    Ok(finished)
}

/// What an evaluation needs.
struct EvaluationJob {
    id: String,
    code: RunnableCode,
    state: Parts,
    inputs: Inputs,
    limits: MaxDurationsSeconds,
    signal: StopSignal,
}

impl EvaluationJob {
    async fn execute(self, context: &Arc<Context>, location: &Location) -> EvaluationResult {
        let requested = Instant::now();
        let (id, output) = (self.id.clone(), Output::kept());
        let mut durations = EvaluationFailedDurations::new();
        let evaluated = self.run_steps(context, location.startup, &output, &mut durations).await;
        let (total, used) = (util::elapsed(requested), location.used.clone());
        match evaluated {
            Ok(output) => {
                let mut succeeded = EvaluationSucceededDurations::new(durations.evaluate.unwrap_or(0));
                succeeded.create_launcher = durations.create_launcher;
                succeeded.code_startup = durations.code_startup;
                succeeded.create_instantiated_model = durations.create_instantiated_model;
                EvaluationSucceeded::new(total, succeeded, used, output).into()
            }
            Err((at, cause)) => {
                output.report_failure(context, &format!("the evaluation {id}"), &cause);
                EvaluationFailed::new(total, durations, used, failure(at, cause)).into()
            }
        }
    }

    async fn run_steps(
        self,
        context: &Arc<Context>,
        startup: Duration,
        output: &Output,
        durations: &mut EvaluationFailedDurations,
    ) -> Result<Vec<Parameter>, (EvaluationStage, Failure)> {
        let Self { code, state, inputs, limits, signal, .. } = self;
        let in_startup = |cause| (EvaluationStage::CodeStartup, cause);
        let launcher = context.jobs.launch(&signal, startup).await;
        let launcher = launcher.map_err(|reason| in_startup(Failure::Stopped(reason)))?;
        durations.create_launcher = Some(launcher.created_in);
        let limit = Limit::new(&signal, limits.code_startup);
        let runtime = Runtime::start(context, code, launcher, output.clone(), limit).await.map_err(in_startup)?;
        durations.code_startup = runtime.started_in;
        let started = Instant::now();
        let instance = runtime.instantiate(Limit::new(&signal, limits.instantiate_model), &state).await;
        durations.create_instantiated_model = Some(util::elapsed(started));
        let evaluated = match instance {
            Ok(instance) => {
                let started = Instant::now();
                let evaluated = runtime.evaluate(Limit::new(&signal, limits.evaluate), &instance, inputs).await;
                durations.evaluate = Some(util::elapsed(started));
                evaluated.map_err(|cause| (EvaluationStage::Evaluate, cause))
            }
            Err(cause) => Err((EvaluationStage::InstantiateModel, cause)),
        };
        runtime.close().await;
        evaluated
    }
}

fn failure(at: EvaluationStage, cause: Failure) -> EvaluationFailure {
    match cause {
        Failure::Stopped(StopReason::Cancelled) => EvaluationFailure::Cancelled,
        Failure::Stopped(StopReason::ShuttingDown) => EvaluationFailure::LauncherTerminated,
        Failure::Stopped(StopReason::TimeLimit) => EvaluationFailureMaxDurationExceeded::new(at).into(),
        Failure::Exception(details) => EvaluationFailureException::new(at).exception_details(details).into(),
        Failure::Terminated(terminated) => terminated.into(),
        Failure::InvalidExecutable => EvaluationFailure::InvalidExecutableFile,
        Failure::UnreadableExecutable => EvaluationFailure::ReadExecutableFileFailed,
        Failure::InvalidOutput(reason, details) => EvaluationFailureInvalidOutput::new(reason, details).into(),
    }
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
