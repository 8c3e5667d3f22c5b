//! Training sessions: followed, cancelled, cleared.

use decthings::api::model::{
    CancelTrainingSessionRequest, CancelTrainingSessionResult, ClearPreviousTrainingSessionRequest,
    ClearPreviousTrainingSessionResult, GetTrainingMetricsRequest, GetTrainingMetricsResult, GetTrainingStatusRequest,
    GetTrainingStatusResult, GetTrainingSysinfoRequest, GetTrainingSysinfoResult,
};

use crate::fail::Fail;
use crate::jobs::Stop;
use crate::local::Local;

/// Far more than a session has; asking for the same values over and over would make an answer without an end.
const MAX_RANGES: usize = 100;

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
    if request.metrics.len() > MAX_RANGES {
        let got = request.metrics.len();
        return Err(Fail::invalid("metrics", format!("at most {MAX_RANGES} in one call, got {got}")));
    }
    Ok(GetTrainingMetricsResult::new(request.metrics.iter().map(|range| run.metric(range))))
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
