//! The service `Model`.

mod create;
mod create_state;
mod creation;
mod evaluate;
mod make_state;
mod manage;
mod settings;
mod snapshots;
mod states;
mod train;
mod training;

use std::ops::Deref;
use std::sync::Arc;

use decthings::api::model::{
    CancelCreateStateRequest, CancelEvaluationRequest, CancelTrainingSessionRequest,
    ClearPreviousTrainingSessionRequest, CreateModelRequest, CreateStateRequest, DeleteModelRequest,
    DeleteModelStateRequest, DeleteSnapshotRequest, EvaluateRequest, GetCreatingStatesRequest, GetEvaluationsRequest,
    GetFilesystemUsageRequest, GetFinishedEvaluationResultRequest, GetModelStateRequest, GetModelsRequest,
    GetSnapshotStateRequest, GetTrainingMetricsRequest, GetTrainingStatusRequest, GetTrainingSysinfoRequest,
    GetUsedPersistentLaunchersForEvaluateRequest, ModelService, SetActiveModelStateRequest, SetFilesystemSizeRequest,
    SetImageRequest, SetUsedPersistentLaunchersForEvaluateRequest, SnapshotModelRequest, TrainRequest,
    UpdateModelRequest, UpdateModelStateRequest, UpdateSnapshotRequest, UploadStateRequest,
    WaitForModelToBeCreatedRequest,
};

use crate::context::Context;
use crate::runtimes::warm::WarmRuntimes;
use crate::services::common::delegate;

/// The service.
pub(crate) struct Models(Shared);

/// What its methods share.
#[derive(Clone)]
struct Shared {
    context: Arc<Context>,
    /// For evaluations.
    warm: WarmRuntimes,
}

/// Most methods need nothing else.
impl Deref for Shared {
    type Target = Arc<Context>;

    fn deref(&self) -> &Arc<Context> {
        &self.context
    }
}

impl Models {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(Shared { context, warm: WarmRuntimes::default() })
    }

    /// Ends the code that is kept for further evaluations.
    pub(crate) async fn close(&self) {
        self.0.warm.close().await;
    }
}

delegate! {
    impl ModelService for Models;
    fn create_model(CreateModelRequest) in create;
    fn delete_model(DeleteModelRequest) in manage;
    fn update_model(UpdateModelRequest) in manage;
    fn get_models(GetModelsRequest) in manage;
    fn snapshot_model(SnapshotModelRequest) in snapshots;
    fn update_snapshot(UpdateSnapshotRequest) in snapshots;
    fn delete_snapshot(DeleteSnapshotRequest) in snapshots;
    fn get_snapshot_state(GetSnapshotStateRequest) in snapshots;
    fn set_filesystem_size(SetFilesystemSizeRequest) in settings;
    fn get_filesystem_usage(GetFilesystemUsageRequest) in settings;
    fn set_image(SetImageRequest) in settings;
    fn set_used_persistent_launchers_for_evaluate(SetUsedPersistentLaunchersForEvaluateRequest) in settings;
    fn get_used_persistent_launchers_for_evaluate(GetUsedPersistentLaunchersForEvaluateRequest) in settings;
    fn cancel_create_state(CancelCreateStateRequest) in create_state;
    fn get_creating_states(GetCreatingStatesRequest) in create_state;
    fn upload_state(UploadStateRequest) in states;
    fn update_model_state(UpdateModelStateRequest) in states;
    fn set_active_model_state(SetActiveModelStateRequest) in states;
    fn delete_model_state(DeleteModelStateRequest) in states;
    fn get_model_state(GetModelStateRequest) in states;
    fn train(TrainRequest) in train;
    fn get_training_status(GetTrainingStatusRequest) in training;
    fn get_training_metrics(GetTrainingMetricsRequest) in training;
    fn get_training_sysinfo(GetTrainingSysinfoRequest) in training;
    fn cancel_training_session(CancelTrainingSessionRequest) in training;
    fn clear_previous_training_session(ClearPreviousTrainingSessionRequest) in training;
    fn get_evaluations(GetEvaluationsRequest) in evaluate;
    fn cancel_evaluation(CancelEvaluationRequest) in evaluate;
    async fn wait_for_model_to_be_created(WaitForModelToBeCreatedRequest) in creation;
    async fn create_state(CreateStateRequest) in create_state;
    async fn evaluate(EvaluateRequest) in evaluate;
    async fn get_finished_evaluation_result(GetFinishedEvaluationResultRequest) in evaluate;
}
