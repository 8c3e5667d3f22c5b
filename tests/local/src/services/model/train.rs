//! Training sessions: started, run in the background, ended with a new state.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use decthings::api::model::{
    TrainRequest, TrainResult, TrainingFailure, TrainingFailureException, TrainingFailureMaxDurationExceeded,
};
use decthings::api::user::TrainingOutcome;
use decthings::types::{RunningOperationType, TrainingStage};

use super::make_state::{NO_SPACE, PANICKED};
use super::states;
use crate::compute::{self, ComputeError, Metrics, Phase, Preset, Progress, StatePart};
use crate::fail::Fail;
use crate::jobs::{Ended, Stop};
use crate::local::Local;
use crate::presets::{self, Inputs};
use crate::services::launcher;
use crate::store::states::{Parts, StoredState};
use crate::store::training::TrainingRun;
use crate::{check, time};

pub(super) fn train(local: &Arc<Local>, request: TrainRequest) -> Result<TrainResult, Fail> {
    check::name("newStateName", &request.new_state_name)?;
    let mut store = local.store();
    let location = launcher::locate(local, &store, "executionLocation", request.execution_location)?;
    let model = store.model(&request.model_id)?;
    model.check_created()?;
    model.check_base(&store)?;
    let state = match &request.state_id {
        Some(id) => model.state(id).map_err(|_| Fail::invalid("stateId", "the model does not have this state"))?,
        None => model.active_state()?,
    };
    state.check_mounted(&store)?;
    let inputs = presets::resolve(&store, &presets::definitions(model.preset).train, request.params, "params")?;
    let limits = &local.config.limits;
    if model.trainings.len() >= limits.training_sessions || model.expected_states() >= limits.states {
        return Err(Fail::QuotaExceeded);
    }
    let run = Arc::new(TrainingRun::new(&request.model_id, &request.new_state_name, location.used));
    let work = Work { preset: model.preset, from: state.parts.clone(), inputs, run: run.clone() };
    let seconds = model.durations.train;
    let mut new = states::new_state(request.new_state_name, Vec::new());
    new.mounted = state.mounted.clone();
    new.training_operations = state.training_operations.iter().chain([&run.id]).cloned().collect();
    let (own, model_id) = (local.clone(), request.model_id.clone());
    local.jobs.spawn(&run.sign, async move {
        let run = work.run.clone();
        let trained = execute(&own, work, location.startup, seconds).await;
        finish(&own, &model_id, &run, new, trained);
    })?;
    let result = TrainResult::new(&run.id);
    store.occupy(&run.location, &run.id, RunningOperationType::Train);
    store.model_mut(&request.model_id)?.trainings.push(run);
    Ok(result)
}

/// What the thread of a training session needs.
struct Work {
    preset: &'static dyn Preset,
    from: Parts,
    inputs: Inputs,
    run: Arc<TrainingRun>,
}

async fn execute(
    local: &Local,
    work: Work,
    startup: Duration,
    seconds: u32,
) -> Result<Vec<StatePart>, TrainingFailure> {
    let run = work.run.clone();
    let launcher = local.jobs.launch_training(&run.sign, startup).await.map_err(stopped)?;
    run.launched(launcher.created_in);
    let trained = local.jobs.compute(launcher, &run.sign, time::deadline(seconds), move || work.train()).await;
    match trained {
        Ok(Ok(parts)) => Ok(parts),
        Ok(Err((at, error))) => Err(exception(at, error.to_string())),
        Err(Ended::Stopped(stop)) => Err(stopped(stop)),
        Err(Ended::Panicked) => Err(exception(TrainingStage::Train, PANICKED.to_owned())),
    }
}

impl Work {
    fn train(&self) -> Result<Vec<StatePart>, (TrainingStage, ComputeError)> {
        let started = Instant::now();
        compute::inspect(&self.from).map_err(|error| (TrainingStage::InstantiateModel, error))?;
        self.run.running(time::elapsed(started));
        let parts = self.train_samples().map_err(|error| match error {
            ComputeError::InvalidState { .. } => (TrainingStage::InstantiateModel, error),
            _ => (TrainingStage::Train, error),
        })?;
        self.run.trained();
        Ok(parts)
    }

    fn train_samples(&self) -> Result<Vec<StatePart>, ComputeError> {
        let options = presets::train_options(self.preset, &self.inputs)?;
        let x = presets::samples("x", self.inputs.all("x"))?;
        let y = presets::samples("y", self.inputs.all("y"))?;
        self.preset.train(&self.from, &x, &y, &options, &mut |progress| self.report(&progress))
    }

    fn report(&self, progress: &Progress) -> ControlFlow<()> {
        match progress.phase {
            Phase::Batch => self.run.at(progress.step as f32 / progress.steps.max(1) as f32),
            Phase::Validation => {}
            Phase::Epoch => {
                self.record(["loss", "accuracy"], &progress.training);
                if let Some(validation) = &progress.validation {
                    self.record(["validation_loss", "validation_accuracy"], validation);
                }
            }
        }
        if self.run.sign.get().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn record(&self, [loss, accuracy]: [&'static str; 2], metrics: &Metrics) {
        self.run.record(loss, metrics.loss);
        if let Some(value) = metrics.accuracy {
            self.run.record(accuracy, value);
        }
    }
}

/// Stores the new state, unless something came in between.
fn finish(
    local: &Local,
    model_id: &str,
    run: &TrainingRun,
    new: StoredState,
    trained: Result<Vec<StatePart>, TrainingFailure>,
) {
    let mut store = local.store();
    store.vacate(&run.location, &run.id);
    let failure = match trained {
        Err(failure) => failure,
        Ok(parts) => {
            let state = StoredState { parts: Arc::new(parts), created_at: time::now(), ..new };
            if let Some(stop) = run.sign.get() {
                stopped(stop)
            } else if store.check_space(state.bytes(), local.config.limits.stored_bytes).is_err() {
                exception(TrainingStage::GetState, NO_SPACE.to_owned())
            } else if let Ok(model) = store.model_mut(model_id) {
                run.completed(&state.id);
                model.add_state(state);
                store.notify(run.finished(TrainingOutcome::Completed));
                return;
            } else {
                TrainingFailure::Cancelled
            }
        }
    };
    run.failed(failure);
    store.notify(run.finished(TrainingOutcome::Failed));
}

fn stopped(stop: Stop) -> TrainingFailure {
    match stop {
        Stop::Cancelled => TrainingFailure::Cancelled,
        Stop::ShuttingDown => TrainingFailure::LauncherTerminated,
        Stop::TimeLimit => TrainingFailureMaxDurationExceeded::new(TrainingStage::Train).into(),
    }
}

fn exception(at: TrainingStage, details: String) -> TrainingFailure {
    TrainingFailureException::new(at).exception_details(details).into()
}
