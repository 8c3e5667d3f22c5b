//! The service `Debug`: calls of single functions of a preset.

mod session;
mod sessions;
mod states;
mod train;
mod training;

use std::sync::Arc;

use decthings::api::debug::{
    CallCreateModelStateRequest, CallEvaluateRequest, CallGetModelStateRequest, CallInstantiateModelRequest,
    CallTrainRequest, CancelTrainingSessionRequest, DebugService, DownloadStateDataRequest, GetDebugSessionsRequest,
    GetTrainingMetricsRequest, GetTrainingStatusRequest, LaunchDebugSessionRequest, SendToRemoteInspectorRequest,
    SubscribeToEventsRequest, TerminateDebugSessionRequest,
};
use decthings::runtime::ServiceResult;

use crate::context::Context;
use crate::jobs::sessions::Sessions;
use session::Shared;

/// The service. Connections answer `unsubscribeFromEvents` themselves.
pub(crate) struct DebugSessions(Shared);

impl DebugSessions {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(Shared { context, sessions: Sessions::default() })
    }
}

impl DebugService for DebugSessions {
    async fn launch_debug_session(
        &self,
        request: LaunchDebugSessionRequest,
    ) -> ServiceResult<LaunchDebugSessionRequest> {
        Ok(sessions::launch_debug_session(&self.0, request)?)
    }

    async fn get_debug_sessions(&self, request: GetDebugSessionsRequest) -> ServiceResult<GetDebugSessionsRequest> {
        Ok(sessions::get_debug_sessions(&self.0, &request))
    }

    async fn terminate_debug_session(
        &self,
        request: TerminateDebugSessionRequest,
    ) -> ServiceResult<TerminateDebugSessionRequest> {
        Ok(sessions::terminate_debug_session(&self.0, request).await?)
    }

    async fn call_create_model_state(
        &self,
        request: CallCreateModelStateRequest,
    ) -> ServiceResult<CallCreateModelStateRequest> {
        Ok(states::call_create_model_state(&self.0, request).await?)
    }

    async fn call_instantiate_model(
        &self,
        request: CallInstantiateModelRequest,
    ) -> ServiceResult<CallInstantiateModelRequest> {
        Ok(states::call_instantiate_model(&self.0, request).await?)
    }

    async fn call_train(&self, request: CallTrainRequest) -> ServiceResult<CallTrainRequest> {
        Ok(train::call_train(&self.0, request)?)
    }

    async fn get_training_status(&self, request: GetTrainingStatusRequest) -> ServiceResult<GetTrainingStatusRequest> {
        Ok(train::get_training_status(&self.0, &request)?)
    }

    async fn get_training_metrics(
        &self,
        request: GetTrainingMetricsRequest,
    ) -> ServiceResult<GetTrainingMetricsRequest> {
        Ok(train::get_training_metrics(&self.0, &request)?)
    }

    async fn cancel_training_session(
        &self,
        request: CancelTrainingSessionRequest,
    ) -> ServiceResult<CancelTrainingSessionRequest> {
        Ok(train::cancel_training_session(&self.0, &request)?)
    }

    async fn call_evaluate(&self, request: CallEvaluateRequest) -> ServiceResult<CallEvaluateRequest> {
        Ok(states::call_evaluate(&self.0, request).await?)
    }

    async fn call_get_model_state(&self, request: CallGetModelStateRequest) -> ServiceResult<CallGetModelStateRequest> {
        Ok(states::call_get_model_state(&self.0, request).await?)
    }

    async fn download_state_data(&self, request: DownloadStateDataRequest) -> ServiceResult<DownloadStateDataRequest> {
        Ok(states::download_state_data(&self.0, &request)?)
    }

    async fn send_to_remote_inspector(
        &self,
        request: SendToRemoteInspectorRequest,
    ) -> ServiceResult<SendToRemoteInspectorRequest> {
        Ok(sessions::send_to_remote_inspector(&self.0, &request)?)
    }

    async fn subscribe_to_events(&self, request: SubscribeToEventsRequest) -> ServiceResult<SubscribeToEventsRequest> {
        Ok(sessions::subscribe_to_events(&self.0, &request)?)
    }
}
