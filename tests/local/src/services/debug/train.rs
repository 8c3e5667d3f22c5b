//! Training in a debug session, which changes an instantiated model.

use std::sync::Arc;
use std::time::Duration;

use decthings::Tensor;
use decthings::api::debug::{
    CallTrainRequest, CallTrainResult, CancelTrainingSessionRequest, CancelTrainingSessionResult, DebugTrainingFailure,
    DebugTrainingFailureException, GetTrainingMetricsRequest, GetTrainingMetricsResult, GetTrainingStatusRequest,
    GetTrainingStatusResult,
};

use super::session::{DebugSession, Shared};
use super::training::DebugTraining;
use crate::error::CallError;
use crate::jobs::signal::StopReason;
use crate::presets::tensors::Inputs;
use crate::runtimes::failure::Failure;
use crate::runtimes::{Limit, TrainingObserver};
use crate::services::common::check;
use crate::services::common::parameters::resolve_inputs;
use crate::store::code::Function;

pub(super) fn call_train(shared: &Shared, request: CallTrainRequest) -> Result<CallTrainResult, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    session.check_instantiated(&request.instantiated_model_id)?;
    let inputs = resolve_inputs(&shared.context.store(), &session.code, Function::Train, request.params, "params")?;
    let training = Arc::new(DebugTraining::new());
    let instance = request.instantiated_model_id;
    let job = TrainingJob { session: session.clone(), training: training.clone(), instance, inputs };
    session.keep_training(training.clone())?;
    let spawned = session.context.jobs.spawn(&training.signal, job.run());
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
    instance: String,
    inputs: Inputs,
}

impl TrainingJob {
    async fn run(self) {
        let training = self.training.clone();
        training.finish(self.execute().await.map_err(failure));
    }

    async fn execute(self) -> Result<(), Failure> {
        let Self { session, training, instance, inputs } = self;
        let runtime = tokio::select! {
            biased;
            reason = training.signal.wait() => return Err(Failure::Stopped(reason)),
            runtime = session.runtime.wait() => runtime,
        };
        let slot = session.context.jobs.launch_training(&training.signal, Duration::ZERO).await;
        let _slot = slot.map_err(Failure::Stopped)?;
        training.started();
        let limit = Limit::new(&training.signal, session.durations.train);
        runtime.train(limit, &instance, inputs, training.clone()).await?;
        training.signal.get().map_or(Ok(()), |reason| Err(Failure::Stopped(reason)))
    }
}

impl TrainingObserver for DebugTraining {
    fn progress(&self, share: f32) {
        self.set_progress(share);
    }

    fn metric(&self, name: &str, value: Tensor) {
        self.record(name, value);
    }
}

fn failure(failure: Failure) -> DebugTrainingFailure {
    match failure {
        Failure::Stopped(StopReason::Cancelled | StopReason::ShuttingDown) => DebugTrainingFailure::Cancelled,
        Failure::Stopped(StopReason::TimeLimit) => DebugTrainingFailure::MaxDurationExceeded,
        failure => DebugTrainingFailureException::new().exception_details(failure.to_string()).into(),
    }
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
