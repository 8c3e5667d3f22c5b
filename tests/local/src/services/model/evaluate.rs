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

use super::Shared;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::presets::tensors::Inputs;
use crate::runtimes::code::RunnableCode;
use crate::runtimes::failure::Failure;
use crate::runtimes::output::Output;
use crate::runtimes::warm::WarmRuntime;
use crate::runtimes::{Limit, Runtime};
use crate::services::common::code::{mounted, runnable_code};
use crate::services::common::location::Location;
use crate::services::common::parameters::resolve_inputs;
use crate::store::code::Function;
use crate::store::evaluations::{Evaluation, Finished};
use crate::store::states::Parts;
use crate::util;

/// The job continues if the caller stops waiting.
pub(super) async fn evaluate(shared: &Shared, request: EvaluateRequest) -> Result<EvaluationResult, CallError> {
    let finished = start(shared, request)?;
    Ok(Arc::unwrap_or_clone(finished.wait().await.result))
}

fn start(shared: &Shared, request: EvaluateRequest) -> Result<Once<Finished>, CallError> {
    let context = &shared.context;
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
    let (own, own_finished) = (shared.clone(), evaluation.finished.clone());
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
    async fn execute(self, shared: &Shared, location: &Location) -> EvaluationResult {
        let requested = Instant::now();
        let id = self.id.clone();
        let (mut durations, mut output) = (EvaluationFailedDurations::new(), Output::kept());
        let evaluated = self.run_steps(shared, location.startup, &mut output, &mut durations).await;
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
                output.report_failure(&shared.context, &format!("the evaluation {id}"), &cause);
                EvaluationFailed::new(total, durations, used, failure(at, cause)).into()
            }
        }
    }

    /// Starts the code, unless it still runs since the last evaluation of the same state.
    async fn run_steps(
        self,
        shared: &Shared,
        startup: Duration,
        output: &mut Output,
        durations: &mut EvaluationFailedDurations,
    ) -> Result<Vec<Parameter>, (EvaluationStage, Failure)> {
        let Self { mut code, state, inputs, limits, signal, .. } = self;
        let in_startup = |cause| (EvaluationStage::CodeStartup, cause);
        let launcher = shared.context.jobs.launch(&signal, startup).await;
        let launcher = launcher.map_err(|reason| in_startup(Failure::Stopped(reason)))?;
        durations.create_launcher = Some(launcher.created_in);
        code.refresh().map_err(in_startup)?;
        let own = match &code {
            RunnableCode::Preset(_) => None,
            RunnableCode::Own(own) => Some(own.clone()),
        };
        let warm = own.as_ref().and_then(|own| shared.warm.take(own, &state));
        let (runtime, instance) = match warm {
            Some(WarmRuntime { runtime, instance, .. }) => {
                *output = runtime.output.clone();
                (runtime, Ok(instance))
            }
            None => {
                let limit = Limit::new(&signal, limits.code_startup);
                let runtime = Runtime::start(&shared.context, code, launcher, output.clone(), limit).await;
                let runtime = runtime.map_err(in_startup)?;
                durations.code_startup = runtime.started_in;
                let started = Instant::now();
                let instance = runtime.instantiate(Limit::new(&signal, limits.instantiate_model), &state).await;
                durations.create_instantiated_model = Some(util::elapsed(started));
                (runtime, instance)
            }
        };
        let instance = match instance {
            Ok(instance) => instance,
            Err(cause) => {
                runtime.close().await;
                return Err((EvaluationStage::InstantiateModel, cause));
            }
        };
        let started = Instant::now();
        let evaluated = runtime.evaluate(Limit::new(&signal, limits.evaluate), &instance, inputs).await;
        durations.evaluate = Some(util::elapsed(started));
        match own {
            Some(code) if evaluated.is_ok() => shared.warm.put(WarmRuntime { runtime, instance, code, state }),
            _ => runtime.close().await,
        }
        evaluated.map_err(|cause| (EvaluationStage::Evaluate, cause))
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
