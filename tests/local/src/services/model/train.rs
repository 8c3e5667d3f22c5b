//! Training sessions: started, and run in the background until there is a new state.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use decthings::api::model::{
    TrainRequest, TrainResult, TrainingFailure, TrainingFailureException, TrainingFailureMaxDurationExceeded,
};
use decthings::api::user::TrainingOutcome;
use decthings::types::{RunningOperationType, TrainingStage};

use crate::compute::error::ComputeError;
use crate::compute::options::{Phase, Progress};
use crate::compute::preset::Preset;
use crate::compute::state::{StatePart, inspect};
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::pool::JobError;
use crate::jobs::signal::StopReason;
use crate::presets::functions;
use crate::presets::parameters::parameter_definitions;
use crate::presets::tensors::Inputs;
use crate::services::common::check;
use crate::services::common::location::locate;
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::{FailureCause, NOT_STORED, PANICKED, add_state, new_state};
use crate::store::states::{Parts, StoredState};
use crate::store::training::TrainingRun;
use crate::util;

pub(super) fn train(context: &Arc<Context>, request: TrainRequest) -> Result<TrainResult, CallError> {
    check::name("newStateName", &request.new_state_name)?;
    let mut store = context.change();
    let location = locate(context, &store, "executionLocation", request.execution_location)?;
    let model = store.model(&request.model_id)?;
    model.check_created("modelId")?;
    store.check_base(model)?;
    let state = match &request.state_id {
        Some(id) => model.state(id).map_err(|_| CallError::invalid("stateId", "the model does not have this state"))?,
        None => model.active_state()?,
    };
    store.check_mounted(state)?;
    let inputs = resolve_inputs(&store, &parameter_definitions(model.preset).train, request.params, "params")?;
    let limits = &context.config.limits;
    if model.trainings.len() >= limits.training_sessions || model.expected_states() >= limits.states {
        return Err(CallError::QuotaExceeded);
    }
    let run = Arc::new(TrainingRun::new(&store.storage, &request.model_id, &request.new_state_name, location.used));
    let job = TrainingJob { preset: model.preset, from: state.load(&store.storage)?, inputs, run: run.clone() };
    let seconds = model.durations.train;
    let mut new_state = new_state(request.new_state_name);
    new_state.mounted = state.mounted.clone();
    new_state.training_operations = state.training_operations.iter().chain([&run.id]).cloned().collect();
    let (own, model_id) = (context.clone(), request.model_id.clone());
    context.jobs.spawn(&run.signal, async move {
        let run = job.run.clone();
        let trained = execute(&own, job, location.startup, seconds).await;
        finish(&own, &model_id, &run, new_state, trained);
    })?;
    let (result, signal) = (TrainResult::new(&run.id), run.signal.clone());
    store.launchers.occupy(&run.location, &run.id, RunningOperationType::Train);
    store.model_mut(&request.model_id)?.trainings.push(run);
    // Without a record of the session, its job must not make a state.
    store.commit().inspect_err(|_| signal.set(StopReason::Cancelled))?;
    Ok(result)
}

/// What the thread of a training session needs.
struct TrainingJob {
    preset: &'static dyn Preset,
    from: Parts,
    inputs: Inputs,
    run: Arc<TrainingRun>,
}

async fn execute(
    context: &Context,
    job: TrainingJob,
    startup: Duration,
    seconds: u32,
) -> Result<Vec<StatePart>, TrainingFailure> {
    let run = job.run.clone();
    let launcher = context.jobs.launch_training(&run.signal, startup).await.map_err(stopped)?;
    run.launched(launcher.created_in);
    let trained = context.jobs.compute(launcher, &run.signal, util::deadline(seconds), move || job.train()).await;
    match trained {
        Ok(Ok(parts)) => Ok(parts),
        Ok(Err((at, error))) => Err(exception(at, error.to_string())),
        Err(JobError::Stopped(reason)) => Err(stopped(reason)),
        Err(JobError::Panicked) => Err(exception(TrainingStage::Train, PANICKED.to_owned())),
    }
}

impl TrainingJob {
    fn train(&self) -> Result<Vec<StatePart>, (TrainingStage, ComputeError)> {
        let started = Instant::now();
        inspect(&self.from).map_err(|error| (TrainingStage::InstantiateModel, error))?;
        self.run.started(util::elapsed(started));
        let trained = functions::train(self.preset, &self.from, &self.inputs, &mut |progress| self.report(&progress));
        let parts = trained.map_err(|error| match error {
            ComputeError::InvalidState { .. } => (TrainingStage::InstantiateModel, error),
            _ => (TrainingStage::Train, error),
        })?;
        self.run.trained();
        Ok(parts)
    }

    fn report(&self, progress: &Progress) -> ControlFlow<()> {
        match progress.phase {
            Phase::Batch => self.run.set_progress(progress.step as f32 / progress.steps.max(1) as f32),
            Phase::Validation => {}
            Phase::Epoch => {
                for (name, value) in functions::metrics(progress) {
                    self.run.record(name, value);
                }
            }
        }
        if self.run.signal.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Stores the new state, unless the job was stopped in the meantime.
fn finish(
    context: &Context,
    model_id: &str,
    run: &TrainingRun,
    new_state: StoredState,
    trained: Result<Vec<StatePart>, TrainingFailure>,
) {
    let mut store = context.change();
    store.launchers.vacate(&run.location, &run.id);
    let stored = trained.and_then(|parts| {
        let state = StoredState { created_at: util::now(), ..new_state };
        let id = state.id.clone();
        match add_state(&mut store, &context.config.limits, &run.signal, model_id, state, Some(parts)) {
            Ok(()) => Ok(id),
            Err(FailureCause::Stopped(reason)) => Err(stopped(reason)),
            Err(FailureCause::Exception(details)) => Err(exception(TrainingStage::GetState, details)),
        }
    });
    let outcome = match stored {
        Ok(id) => {
            run.completed(&id);
            TrainingOutcome::Completed
        }
        Err(failure) => {
            run.failed(failure);
            TrainingOutcome::Failed
        }
    };
    store.notify(run.notification(outcome));
    // The session is a part of the model, which has to be written again.
    let _ = store.model_mut(model_id);
    if let Err(error) = run.store(&mut store.batch).and_then(|()| store.commit()) {
        error.report();
        run.failed(exception(TrainingStage::GetState, NOT_STORED.to_owned()));
    }
}

fn stopped(reason: StopReason) -> TrainingFailure {
    match reason {
        StopReason::Cancelled => TrainingFailure::Cancelled,
        StopReason::ShuttingDown => TrainingFailure::LauncherTerminated,
        StopReason::TimeLimit => TrainingFailureMaxDurationExceeded::new(TrainingStage::Train).into(),
    }
}

fn exception(at: TrainingStage, details: String) -> TrainingFailure {
    TrainingFailureException::new(at).exception_details(details).into()
}
