//! Evaluations: listed, waited for, cancelled.

use std::sync::Arc;

use decthings::api::model::{
    CancelEvaluationRequest, CancelEvaluationResult, GetEvaluationsRequest, GetEvaluationsResult,
    GetFinishedEvaluationResultRequest,
};
use decthings::types::EvaluationResult;

use crate::fail::Fail;
use crate::jobs::Stop;
use crate::local::Local;
use crate::store::runs::Evaluation;

pub(super) fn get_evaluations(local: &Local, request: &GetEvaluationsRequest) -> Result<GetEvaluationsResult, Fail> {
    let (running, finished) = local.store().model_mut(&request.model_id)?.evaluations.list();
    Ok(GetEvaluationsResult::new(running, finished))
}

pub(super) async fn get_finished_evaluation_result(
    local: &Local,
    request: GetFinishedEvaluationResultRequest,
) -> Result<EvaluationResult, Fail> {
    let evaluation = find(local, &request.model_id, &request.evaluation_id)?;
    Ok(Arc::unwrap_or_clone(evaluation.finished.wait().await.result))
}

/// One that is over cannot be cancelled any more, so it counts as not found.
pub(super) fn cancel_evaluation(
    local: &Local,
    request: &CancelEvaluationRequest,
) -> Result<CancelEvaluationResult, Fail> {
    let evaluation = find(local, &request.model_id, &request.evaluation_id)?;
    if evaluation.finished.get().is_some() {
        return Err(Fail::EvaluationNotFound);
    }
    evaluation.sign.set(Stop::Cancelled);
    Ok(CancelEvaluationResult::new())
}

fn find(local: &Local, model: &str, evaluation: &str) -> Result<Evaluation, Fail> {
    let mut store = local.store();
    store.model_mut(model)?.evaluations.find(evaluation).cloned().ok_or(Fail::EvaluationNotFound)
}
