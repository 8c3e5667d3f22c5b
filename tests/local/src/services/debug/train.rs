//! Training in a debug session, which changes an instantiated model.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use decthings::api::debug::{
    CallTrainRequest, CallTrainResult, CancelTrainingSessionRequest, CancelTrainingSessionResult, DebugTrainingFailure,
    DebugTrainingFailureException, GetTrainingMetricsRequest, GetTrainingMetricsResult, GetTrainingStatusRequest,
    GetTrainingStatusResult,
};

use super::session::DebugSession;
use super::sessions::find;
use super::training::DebugTraining;
use crate::compute::{ComputeError, Phase, Progress, StatePart};
use crate::fail::Fail;
use crate::jobs::{Ended, Stop};
use crate::local::Local;
use crate::presets::{self, Inputs};
use crate::services::model::make_state::PANICKED;
use crate::store::metrics::check_ranges;
use crate::store::states::Parts;
use crate::time;

/// If a model is trained several times at once, the training that ends last is what it keeps.
pub(super) fn call_train(local: &Arc<Local>, request: CallTrainRequest) -> Result<CallTrainResult, Fail> {
    let session = find(local, &request.debug_session_id)?;
    let from = session.instance(&request.instantiated_model_id)?;
    let definitions = presets::definitions(session.preset).train;
    let inputs = presets::resolve(&local.store(), &definitions, request.params, "params")?;
    let training = Arc::new(DebugTraining::new());
    let work = Work { local: local.clone(), session: session.clone(), training: training.clone(), from, inputs };
    session.keep_training(training.clone())?;
    let spawned = local.jobs.spawn(&training.sign, work.run(request.instantiated_model_id));
    if let Err(fail) = spawned {
        session.kept().trainings.retain(|kept| kept.id != training.id);
        return Err(fail);
    }
    // The session may have ended in between, without this training to stop.
    if session.sign.get().is_some() {
        training.sign.set(Stop::Cancelled);
    }
    Ok(CallTrainResult::new(&training.id))
}

struct Work {
    local: Arc<Local>,
    session: Arc<DebugSession>,
    training: Arc<DebugTraining>,
    from: Parts,
    inputs: Inputs,
}

impl Work {
    async fn run(self, instance: String) {
        let (local, session, training) = (self.local.clone(), self.session.clone(), self.training.clone());
        let result = self.execute().await.map(|parts| {
            session.kept().instances.insert(instance, Arc::new(parts));
        });
        match &result {
            Ok(()) => session.print(&local, "training is over\n"),
            Err(_) => session.print(&local, "training has failed\n"),
        }
        training.ended(result);
    }

    async fn execute(self) -> Result<Vec<StatePart>, DebugTrainingFailure> {
        let (local, training) = (self.local.clone(), self.training.clone());
        tokio::select! {
            biased;
            stop = training.sign.wait() => return Err(stopped(stop)),
            () = self.session.ready.wait() => {}
        }
        let launcher = local.jobs.launch_training(&training.sign, Duration::ZERO).await.map_err(stopped)?;
        let deadline = time::deadline(self.session.durations.train);
        match local.jobs.compute(launcher, &training.sign, deadline, move || self.train()).await {
            Ok(Ok(parts)) => match training.sign.get() {
                Some(stop) => Err(stopped(stop)),
                None => Ok(parts),
            },
            Ok(Err(ComputeError::Cancelled)) => Err(stopped(training.sign.get().unwrap_or(Stop::Cancelled))),
            Ok(Err(error)) => Err(exception(error.to_string())),
            Err(Ended::Stopped(stop)) => Err(stopped(stop)),
            Err(Ended::Panicked) => Err(exception(PANICKED.to_owned())),
        }
    }

    fn train(&self) -> Result<Vec<StatePart>, ComputeError> {
        self.training.running();
        presets::train(self.session.preset, &self.from, &self.inputs, &mut |progress| self.report(&progress))
    }

    fn report(&self, progress: &Progress) -> ControlFlow<()> {
        match progress.phase {
            Phase::Batch => self.training.at(progress.step as f32 / progress.steps.max(1) as f32),
            Phase::Validation => {}
            Phase::Epoch => {
                let mut line = format!("epoch {}/{}", progress.epoch, progress.epochs);
                for (name, value) in presets::metrics(progress) {
                    self.training.record(name, value);
                    line.push_str(&format!(" {name} {value:.4}"));
                }
                line.push('\n');
                self.session.print(&self.local, &line);
            }
        }
        if self.training.sign.get().is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn stopped(stop: Stop) -> DebugTrainingFailure {
    match stop {
        Stop::Cancelled | Stop::ShuttingDown => DebugTrainingFailure::Cancelled,
        Stop::TimeLimit => DebugTrainingFailure::MaxDurationExceeded,
    }
}

fn exception(details: String) -> DebugTrainingFailure {
    DebugTrainingFailureException::new().exception_details(details).into()
}

fn training(local: &Local, session: &str, training: &str) -> Result<Arc<DebugTraining>, Fail> {
    let session = find(local, session)?;
    let kept = session.kept();
    kept.trainings.iter().find(|kept| kept.id == training).cloned().ok_or(Fail::TrainingSessionNotFound)
}

pub(super) fn get_training_status(
    local: &Local,
    request: &GetTrainingStatusRequest,
) -> Result<GetTrainingStatusResult, Fail> {
    Ok(training(local, &request.debug_session_id, &request.training_session_id)?.view())
}

pub(super) fn get_training_metrics(
    local: &Local,
    request: &GetTrainingMetricsRequest,
) -> Result<GetTrainingMetricsResult, Fail> {
    let training = training(local, &request.debug_session_id, &request.training_session_id)?;
    check_ranges(&request.metrics)?;
    Ok(GetTrainingMetricsResult::new(training.metrics(&request.metrics)))
}

pub(super) fn cancel_training_session(
    local: &Local,
    request: &CancelTrainingSessionRequest,
) -> Result<CancelTrainingSessionResult, Fail> {
    let training = training(local, &request.debug_session_id, &request.training_session_id)?;
    if training.is_over() {
        return Err(Fail::TrainingSessionNotRunning);
    }
    training.sign.set(Stop::Cancelled);
    Ok(CancelTrainingSessionResult::new())
}
