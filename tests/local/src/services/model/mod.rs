//! The service `Model`.

mod create;
mod create_state;
mod creation;
mod evaluate;
mod evaluations;
pub(super) mod make_state;
mod manage;
mod mounts;
mod settings;
mod snapshots;
pub(super) mod states;
mod train;
mod training;

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

use crate::fail::Answer;
use crate::local::Local;

/// Answers the calls of the service.
pub(crate) struct Models(pub(crate) Arc<Local>);

impl ModelService for Models {
    async fn create_model(&self, request: CreateModelRequest) -> Answer<CreateModelRequest> {
        Ok(create::create_model(&self.0, request)?)
    }

    async fn wait_for_model_to_be_created(
        &self,
        request: WaitForModelToBeCreatedRequest,
    ) -> Answer<WaitForModelToBeCreatedRequest> {
        Ok(creation::wait_for_model_to_be_created(&self.0, request).await?)
    }

    async fn delete_model(&self, request: DeleteModelRequest) -> Answer<DeleteModelRequest> {
        Ok(manage::delete_model(&self.0, &request)?)
    }

    async fn update_model(&self, request: UpdateModelRequest) -> Answer<UpdateModelRequest> {
        Ok(manage::update_model(&self.0, request)?)
    }

    async fn get_models(&self, request: GetModelsRequest) -> Answer<GetModelsRequest> {
        Ok(manage::get_models(&self.0, request)?)
    }

    async fn snapshot_model(&self, request: SnapshotModelRequest) -> Answer<SnapshotModelRequest> {
        Ok(snapshots::snapshot_model(&self.0, request)?)
    }

    async fn update_snapshot(&self, request: UpdateSnapshotRequest) -> Answer<UpdateSnapshotRequest> {
        Ok(snapshots::update_snapshot(&self.0, request)?)
    }

    async fn delete_snapshot(&self, request: DeleteSnapshotRequest) -> Answer<DeleteSnapshotRequest> {
        Ok(snapshots::delete_snapshot(&self.0, &request)?)
    }

    async fn get_snapshot_state(&self, request: GetSnapshotStateRequest) -> Answer<GetSnapshotStateRequest> {
        Ok(snapshots::get_snapshot_state(&self.0, &request)?)
    }

    async fn set_filesystem_size(&self, request: SetFilesystemSizeRequest) -> Answer<SetFilesystemSizeRequest> {
        Ok(settings::set_filesystem_size(&self.0, &request)?)
    }

    async fn get_filesystem_usage(&self, request: GetFilesystemUsageRequest) -> Answer<GetFilesystemUsageRequest> {
        Ok(settings::get_filesystem_usage(&self.0, &request)?)
    }

    async fn set_image(&self, request: SetImageRequest) -> Answer<SetImageRequest> {
        Ok(settings::set_image(&self.0, &request)?)
    }

    async fn set_used_persistent_launchers_for_evaluate(
        &self,
        request: SetUsedPersistentLaunchersForEvaluateRequest,
    ) -> Answer<SetUsedPersistentLaunchersForEvaluateRequest> {
        Ok(settings::set_used_persistent_launchers_for_evaluate(&self.0, &request)?)
    }

    async fn get_used_persistent_launchers_for_evaluate(
        &self,
        request: GetUsedPersistentLaunchersForEvaluateRequest,
    ) -> Answer<GetUsedPersistentLaunchersForEvaluateRequest> {
        Ok(settings::get_used_persistent_launchers_for_evaluate(&self.0, &request)?)
    }

    async fn create_state(&self, request: CreateStateRequest) -> Answer<CreateStateRequest> {
        Ok(create_state::create_state(&self.0, request).await?)
    }

    async fn cancel_create_state(&self, request: CancelCreateStateRequest) -> Answer<CancelCreateStateRequest> {
        Ok(create_state::cancel_create_state(&self.0, &request)?)
    }

    async fn get_creating_states(&self, request: GetCreatingStatesRequest) -> Answer<GetCreatingStatesRequest> {
        Ok(create_state::get_creating_states(&self.0, &request)?)
    }

    async fn upload_state(&self, request: UploadStateRequest) -> Answer<UploadStateRequest> {
        Ok(states::upload_state(&self.0, request)?)
    }

    async fn update_model_state(&self, request: UpdateModelStateRequest) -> Answer<UpdateModelStateRequest> {
        Ok(states::update_model_state(&self.0, request)?)
    }

    async fn set_active_model_state(&self, request: SetActiveModelStateRequest) -> Answer<SetActiveModelStateRequest> {
        Ok(states::set_active_model_state(&self.0, request)?)
    }

    async fn delete_model_state(&self, request: DeleteModelStateRequest) -> Answer<DeleteModelStateRequest> {
        Ok(states::delete_model_state(&self.0, &request)?)
    }

    async fn get_model_state(&self, request: GetModelStateRequest) -> Answer<GetModelStateRequest> {
        Ok(states::get_model_state(&self.0, &request)?)
    }

    async fn train(&self, request: TrainRequest) -> Answer<TrainRequest> {
        Ok(train::train(&self.0, request)?)
    }

    async fn get_training_status(&self, request: GetTrainingStatusRequest) -> Answer<GetTrainingStatusRequest> {
        Ok(training::get_training_status(&self.0, &request)?)
    }

    async fn get_training_metrics(&self, request: GetTrainingMetricsRequest) -> Answer<GetTrainingMetricsRequest> {
        Ok(training::get_training_metrics(&self.0, &request)?)
    }

    async fn get_training_sysinfo(&self, request: GetTrainingSysinfoRequest) -> Answer<GetTrainingSysinfoRequest> {
        Ok(training::get_training_sysinfo(&self.0, &request)?)
    }

    async fn cancel_training_session(
        &self,
        request: CancelTrainingSessionRequest,
    ) -> Answer<CancelTrainingSessionRequest> {
        Ok(training::cancel_training_session(&self.0, &request)?)
    }

    async fn clear_previous_training_session(
        &self,
        request: ClearPreviousTrainingSessionRequest,
    ) -> Answer<ClearPreviousTrainingSessionRequest> {
        Ok(training::clear_previous_training_session(&self.0, &request)?)
    }

    async fn evaluate(&self, request: EvaluateRequest) -> Answer<EvaluateRequest> {
        Ok(evaluate::evaluate(&self.0, request).await?)
    }

    async fn get_evaluations(&self, request: GetEvaluationsRequest) -> Answer<GetEvaluationsRequest> {
        Ok(evaluations::get_evaluations(&self.0, &request)?)
    }

    async fn get_finished_evaluation_result(
        &self,
        request: GetFinishedEvaluationResultRequest,
    ) -> Answer<GetFinishedEvaluationResultRequest> {
        Ok(evaluations::get_finished_evaluation_result(&self.0, request).await?)
    }

    async fn cancel_evaluation(&self, request: CancelEvaluationRequest) -> Answer<CancelEvaluationRequest> {
        Ok(evaluations::cancel_evaluation(&self.0, &request)?)
    }
}
