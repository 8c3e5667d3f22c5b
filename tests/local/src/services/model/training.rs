//! Training sessions: followed, cancelled, cleared.

use decthings::api::model::{
    CancelTrainingSessionRequest, CancelTrainingSessionResult, ClearPreviousTrainingSessionRequest,
    ClearPreviousTrainingSessionResult, GetTrainingMetricsRequest, GetTrainingMetricsResult, GetTrainingStatusRequest,
    GetTrainingStatusResult, GetTrainingSysinfoRequest, GetTrainingSysinfoResult,
};

use crate::fail::Fail;
use crate::jobs::Stop;
use crate::local::Local;
use crate::store::metrics::check_ranges;

pub(super) fn get_training_status(
    local: &Local,
    request: &GetTrainingStatusRequest,
) -> Result<GetTrainingStatusResult, Fail> {
    let store = local.store();
    Ok(store.model(&request.model_id)?.training(&request.training_session_id)?.view())
}

pub(super) fn get_training_metrics(
    local: &Local,
    request: &GetTrainingMetricsRequest,
) -> Result<GetTrainingMetricsResult, Fail> {
    let run = local.store().model(&request.model_id)?.training(&request.training_session_id)?.clone();
    check_ranges(&request.metrics)?;
    Ok(GetTrainingMetricsResult::new(run.metrics(&request.metrics)))
}

/// Nothing is measured here.
pub(super) fn get_training_sysinfo(
    local: &Local,
    request: &GetTrainingSysinfoRequest,
) -> Result<GetTrainingSysinfoResult, Fail> {
    local.store().model(&request.model_id)?.training(&request.training_session_id)?;
    Ok(GetTrainingSysinfoResult::new([]))
}

pub(super) fn cancel_training_session(
    local: &Local,
    request: &CancelTrainingSessionRequest,
) -> Result<CancelTrainingSessionResult, Fail> {
    let store = local.store();
    let run = store.model(&request.model_id)?.training(&request.training_session_id)?;
    if run.is_over() {
        return Err(Fail::TrainingSessionNotRunning);
    }
    run.sign.set(Stop::Cancelled);
    Ok(CancelTrainingSessionResult::new())
}

pub(super) fn clear_previous_training_session(
    local: &Local,
    request: &ClearPreviousTrainingSessionRequest,
) -> Result<ClearPreviousTrainingSessionResult, Fail> {
    let mut store = local.store();
    let model = store.model_mut(&request.model_id)?;
    if !model.training(&request.training_session_id)?.is_over() {
        return Err(Fail::TrainingSessionRunning);
    }
    model.trainings.retain(|run| run.id != request.training_session_id);
    Ok(ClearPreviousTrainingSessionResult::new())
}
