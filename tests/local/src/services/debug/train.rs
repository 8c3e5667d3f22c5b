//! Training in a debug session, which changes an instantiated model.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use decthings::api::debug::{
    CallTrainRequest, CallTrainResult, CancelTrainingSessionRequest, CancelTrainingSessionResult, DebugTrainingFailure,
    DebugTrainingFailureException, GetTrainingMetricsRequest, GetTrainingMetricsResult, GetTrainingStatusRequest,
    GetTrainingStatusResult,
};

use super::session::{DebugSession, Shared};
use super::training::DebugTraining;
use crate::compute::error::ComputeError;
use crate::compute::options::{Phase, Progress};
use crate::compute::state::StatePart;
use crate::error::CallError;
use crate::jobs::pool::JobError;
use crate::jobs::signal::StopReason;
use crate::presets::functions;
use crate::presets::parameters::parameter_definitions;
use crate::presets::tensors::Inputs;
use crate::services::common::check;
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::PANICKED;
use crate::store::states::Parts;
use crate::util;

/// If an instantiated model is trained several times at once, it keeps the result of the training that ends last.
pub(super) fn call_train(shared: &Shared, request: CallTrainRequest) -> Result<CallTrainResult, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    let from = session.instance(&request.instantiated_model_id)?;
    let definitions = parameter_definitions(session.preset).train;
    let inputs = resolve_inputs(&shared.context.store(), &definitions, request.params, "params")?;
    let training = Arc::new(DebugTraining::new());
    let job = TrainingJob { session: session.clone(), training: training.clone(), from, inputs };
    session.keep_training(training.clone())?;
    let spawned = session.context.jobs.spawn(&training.signal, job.run(request.instantiated_model_id));
    if let Err(error) = spawned {
        session.kept().trainings.retain(|kept| kept.id != training.id);
        return Err(error);
    }
    // The session may have ended in the meantime, before it could stop this training.
    if session.signal.is_set() {
        training.signal.set(StopReason::Cancelled);
    }
    Ok(CallTrainResult::new(&training.id))
}

struct TrainingJob {
    session: Arc<DebugSession>,
    training: Arc<DebugTraining>,
    from: Parts,
    inputs: Inputs,
}

impl TrainingJob {
    async fn run(self, instance: String) {
        let (session, training) = (self.session.clone(), self.training.clone());
        let result = self.execute().await.map(|parts| {
            session.kept().instances.insert(instance, Arc::new(parts));
        });
        match &result {
            Ok(()) => session.print("training finished\n"),
            Err(_) => session.print("training failed\n"),
        }
        training.finish(result);
    }

    async fn execute(self) -> Result<Vec<StatePart>, DebugTrainingFailure> {
        let (context, training) = (self.session.context.clone(), self.training.clone());
        tokio::select! {
            biased;
            reason = training.signal.wait() => return Err(stopped(reason)),
            () = self.session.ready.wait() => {}
        }
        let launcher = context.jobs.launch_training(&training.signal, Duration::ZERO).await.map_err(stopped)?;
        let deadline = util::deadline(self.session.durations.train);
        match context.jobs.compute(launcher, &training.signal, deadline, move || self.train()).await {
            Ok(Ok(parts)) => match training.signal.get() {
                Some(reason) => Err(stopped(reason)),
                None => Ok(parts),
            },
            Ok(Err(ComputeError::Cancelled)) => Err(stopped(training.signal.get().unwrap_or(StopReason::Cancelled))),
            Ok(Err(error)) => Err(exception(error.to_string())),
            Err(JobError::Stopped(reason)) => Err(stopped(reason)),
            Err(JobError::Panicked) => Err(exception(PANICKED.to_owned())),
        }
    }

    fn train(&self) -> Result<Vec<StatePart>, ComputeError> {
        self.training.started();
        functions::train(self.session.preset, &self.from, &self.inputs, &mut |progress| self.report(&progress))
    }

    fn report(&self, progress: &Progress) -> ControlFlow<()> {
        match progress.phase {
            Phase::Batch => self.training.set_progress(progress.step as f32 / progress.steps.max(1) as f32),
            Phase::Validation => {}
            Phase::Epoch => {
                let mut line = format!("epoch {}/{}", progress.epoch, progress.epochs);
                for (name, value) in functions::metrics(progress) {
                    self.training.record(name, value);
                    line.push_str(&format!(" {name} {value:.4}"));
                }
                line.push('\n');
                self.session.print(&line);
            }
        }
        if self.training.signal.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

fn stopped(reason: StopReason) -> DebugTrainingFailure {
    match reason {
        StopReason::Cancelled | StopReason::ShuttingDown => DebugTrainingFailure::Cancelled,
        StopReason::TimeLimit => DebugTrainingFailure::MaxDurationExceeded,
    }
}

fn exception(details: String) -> DebugTrainingFailure {
    DebugTrainingFailureException::new().exception_details(details).into()
}

fn training(shared: &Shared, session: &str, training: &str) -> Result<Arc<DebugTraining>, CallError> {
    let session = shared.find(session)?;
    let kept = session.kept();
    kept.trainings.iter().find(|kept| kept.id == training).cloned().ok_or(CallError::TrainingSessionNotFound)
}

pub(super) fn get_training_status(
    shared: &Shared,
    request: GetTrainingStatusRequest,
) -> Result<GetTrainingStatusResult, CallError> {
    Ok(training(shared, &request.debug_session_id, &request.training_session_id)?.view())
}

pub(super) fn get_training_metrics(
    shared: &Shared,
    request: GetTrainingMetricsRequest,
) -> Result<GetTrainingMetricsResult, CallError> {
    let training = training(shared, &request.debug_session_id, &request.training_session_id)?;
    check::metric_ranges(&request.metrics)?;
    Ok(GetTrainingMetricsResult::new(training.metrics(&request.metrics)))
}

pub(super) fn cancel_training_session(
    shared: &Shared,
    request: CancelTrainingSessionRequest,
) -> Result<CancelTrainingSessionResult, CallError> {
    let training = training(shared, &request.debug_session_id, &request.training_session_id)?;
    if training.is_finished() {
        return Err(CallError::TrainingSessionNotRunning);
    }
    training.signal.set(StopReason::Cancelled);
    Ok(CancelTrainingSessionResult::new())
}
