//! Training sessions: status, metrics, cancellation, removal.

use decthings::api::model::{
    CancelTrainingSessionRequest, CancelTrainingSessionResult, ClearPreviousTrainingSessionRequest,
    ClearPreviousTrainingSessionResult, GetTrainingMetricsRequest, GetTrainingMetricsResult, GetTrainingStatusRequest,
    GetTrainingStatusResult, GetTrainingSysinfoRequest, GetTrainingSysinfoResult,
};

use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::StopReason;
use crate::services::common::check;

pub(super) fn get_training_status(
    context: &Context,
    request: GetTrainingStatusRequest,
) -> Result<GetTrainingStatusResult, CallError> {
    let store = context.store();
    Ok(store.model(&request.model_id)?.training(&request.training_session_id)?.view())
}

pub(super) fn get_training_metrics(
    context: &Context,
    request: GetTrainingMetricsRequest,
) -> Result<GetTrainingMetricsResult, CallError> {
    let run = context.store().model(&request.model_id)?.training(&request.training_session_id)?.clone();
    check::metric_ranges(&request.metrics)?;
    Ok(GetTrainingMetricsResult::new(run.metrics(&request.metrics)))
}

/// Presets have no measurements of their system.
pub(super) fn get_training_sysinfo(
    context: &Context,
    request: GetTrainingSysinfoRequest,
) -> Result<GetTrainingSysinfoResult, CallError> {
    context.store().model(&request.model_id)?.training(&request.training_session_id)?;
    Ok(GetTrainingSysinfoResult::new([]))
}

pub(super) fn cancel_training_session(
    context: &Context,
    request: CancelTrainingSessionRequest,
) -> Result<CancelTrainingSessionResult, CallError> {
    let store = context.store();
    let run = store.model(&request.model_id)?.training(&request.training_session_id)?;
    if run.is_finished() {
        return Err(CallError::TrainingSessionNotRunning);
    }
    run.signal.set(StopReason::Cancelled);
    Ok(CancelTrainingSessionResult::new())
}

pub(super) fn clear_previous_training_session(
    context: &Context,
    request: ClearPreviousTrainingSessionRequest,
) -> Result<ClearPreviousTrainingSessionResult, CallError> {
    let mut store = context.change();
    let model = store.model_mut(&request.model_id)?;
    if !model.training(&request.training_session_id)?.is_finished() {
        return Err(CallError::TrainingSessionRunning);
    }
    model.trainings.retain(|run| run.id != request.training_session_id);
    store.commit()?;
    Ok(ClearPreviousTrainingSessionResult::new())
}
