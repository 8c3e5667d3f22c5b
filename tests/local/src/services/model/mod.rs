//! The service `Model`.

mod create;
mod create_state;
mod creation;
mod evaluate;
mod make_state;
mod manage;
mod mounts;
mod settings;
mod snapshots;
mod states;
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
use decthings::runtime::ServiceResult;

use crate::context::Context;

/// The service.
pub(crate) struct Models(pub(crate) Arc<Context>);

impl ModelService for Models {
    async fn create_model(&self, request: CreateModelRequest) -> ServiceResult<CreateModelRequest> {
        Ok(create::create_model(&self.0, request)?)
    }

    async fn wait_for_model_to_be_created(
        &self,
        request: WaitForModelToBeCreatedRequest,
    ) -> ServiceResult<WaitForModelToBeCreatedRequest> {
        Ok(creation::wait_for_model_to_be_created(&self.0, request).await?)
    }

    async fn delete_model(&self, request: DeleteModelRequest) -> ServiceResult<DeleteModelRequest> {
        Ok(manage::delete_model(&self.0, &request)?)
    }

    async fn update_model(&self, request: UpdateModelRequest) -> ServiceResult<UpdateModelRequest> {
        Ok(manage::update_model(&self.0, request)?)
    }

    async fn get_models(&self, request: GetModelsRequest) -> ServiceResult<GetModelsRequest> {
        Ok(manage::get_models(&self.0, request)?)
    }

    async fn snapshot_model(&self, request: SnapshotModelRequest) -> ServiceResult<SnapshotModelRequest> {
        Ok(snapshots::snapshot_model(&self.0, request)?)
    }

    async fn update_snapshot(&self, request: UpdateSnapshotRequest) -> ServiceResult<UpdateSnapshotRequest> {
        Ok(snapshots::update_snapshot(&self.0, request)?)
    }

    async fn delete_snapshot(&self, request: DeleteSnapshotRequest) -> ServiceResult<DeleteSnapshotRequest> {
        Ok(snapshots::delete_snapshot(&self.0, &request)?)
    }

    async fn get_snapshot_state(&self, request: GetSnapshotStateRequest) -> ServiceResult<GetSnapshotStateRequest> {
        Ok(snapshots::get_snapshot_state(&self.0, &request)?)
    }

    async fn set_filesystem_size(&self, request: SetFilesystemSizeRequest) -> ServiceResult<SetFilesystemSizeRequest> {
        Ok(settings::set_filesystem_size(&self.0, &request)?)
    }

    async fn get_filesystem_usage(
        &self,
        request: GetFilesystemUsageRequest,
    ) -> ServiceResult<GetFilesystemUsageRequest> {
        Ok(settings::get_filesystem_usage(&self.0, &request)?)
    }

    async fn set_image(&self, request: SetImageRequest) -> ServiceResult<SetImageRequest> {
        Ok(settings::set_image(&self.0, &request)?)
    }

    async fn set_used_persistent_launchers_for_evaluate(
        &self,
        request: SetUsedPersistentLaunchersForEvaluateRequest,
    ) -> ServiceResult<SetUsedPersistentLaunchersForEvaluateRequest> {
        Ok(settings::set_used_persistent_launchers_for_evaluate(&self.0, &request)?)
    }

    async fn get_used_persistent_launchers_for_evaluate(
        &self,
        request: GetUsedPersistentLaunchersForEvaluateRequest,
    ) -> ServiceResult<GetUsedPersistentLaunchersForEvaluateRequest> {
        Ok(settings::get_used_persistent_launchers_for_evaluate(&self.0, &request)?)
    }

    async fn create_state(&self, request: CreateStateRequest) -> ServiceResult<CreateStateRequest> {
        Ok(create_state::create_state(&self.0, request).await?)
    }

    async fn cancel_create_state(&self, request: CancelCreateStateRequest) -> ServiceResult<CancelCreateStateRequest> {
        Ok(create_state::cancel_create_state(&self.0, &request)?)
    }

    async fn get_creating_states(&self, request: GetCreatingStatesRequest) -> ServiceResult<GetCreatingStatesRequest> {
        Ok(create_state::get_creating_states(&self.0, &request)?)
    }

    async fn upload_state(&self, request: UploadStateRequest) -> ServiceResult<UploadStateRequest> {
        Ok(states::upload_state(&self.0, request)?)
    }

    async fn update_model_state(&self, request: UpdateModelStateRequest) -> ServiceResult<UpdateModelStateRequest> {
        Ok(states::update_model_state(&self.0, request)?)
    }

    async fn set_active_model_state(
        &self,
        request: SetActiveModelStateRequest,
    ) -> ServiceResult<SetActiveModelStateRequest> {
        Ok(states::set_active_model_state(&self.0, request)?)
    }

    async fn delete_model_state(&self, request: DeleteModelStateRequest) -> ServiceResult<DeleteModelStateRequest> {
        Ok(states::delete_model_state(&self.0, &request)?)
    }

    async fn get_model_state(&self, request: GetModelStateRequest) -> ServiceResult<GetModelStateRequest> {
        Ok(states::get_model_state(&self.0, &request)?)
    }

    async fn train(&self, request: TrainRequest) -> ServiceResult<TrainRequest> {
        Ok(train::train(&self.0, request)?)
    }

    async fn get_training_status(&self, request: GetTrainingStatusRequest) -> ServiceResult<GetTrainingStatusRequest> {
        Ok(training::get_training_status(&self.0, &request)?)
    }

    async fn get_training_metrics(
        &self,
        request: GetTrainingMetricsRequest,
    ) -> ServiceResult<GetTrainingMetricsRequest> {
        Ok(training::get_training_metrics(&self.0, &request)?)
    }

    async fn get_training_sysinfo(
        &self,
        request: GetTrainingSysinfoRequest,
    ) -> ServiceResult<GetTrainingSysinfoRequest> {
        Ok(training::get_training_sysinfo(&self.0, &request)?)
    }

    async fn cancel_training_session(
        &self,
        request: CancelTrainingSessionRequest,
    ) -> ServiceResult<CancelTrainingSessionRequest> {
        Ok(training::cancel_training_session(&self.0, &request)?)
    }

    async fn clear_previous_training_session(
        &self,
        request: ClearPreviousTrainingSessionRequest,
    ) -> ServiceResult<ClearPreviousTrainingSessionRequest> {
        Ok(training::clear_previous_training_session(&self.0, &request)?)
    }

    async fn evaluate(&self, request: EvaluateRequest) -> ServiceResult<EvaluateRequest> {
        Ok(evaluate::evaluate(&self.0, request).await?)
    }

    async fn get_evaluations(&self, request: GetEvaluationsRequest) -> ServiceResult<GetEvaluationsRequest> {
        Ok(evaluate::get_evaluations(&self.0, &request)?)
    }

    async fn get_finished_evaluation_result(
        &self,
        request: GetFinishedEvaluationResultRequest,
    ) -> ServiceResult<GetFinishedEvaluationResultRequest> {
        Ok(evaluate::get_finished_evaluation_result(&self.0, request).await?)
    }

    async fn cancel_evaluation(&self, request: CancelEvaluationRequest) -> ServiceResult<CancelEvaluationRequest> {
        Ok(evaluate::cancel_evaluation(&self.0, &request)?)
    }
}
