//! The service `Debug`: the functions of presets, called one by one.

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

use crate::fail::Answer;
use crate::local::Local;
pub(crate) use session::DebugSession;

/// Answers the calls of the service. The connection itself answers `unsubscribeFromEvents`.
pub(crate) struct Debugging(pub(crate) Arc<Local>);

impl DebugService for Debugging {
    async fn launch_debug_session(&self, request: LaunchDebugSessionRequest) -> Answer<LaunchDebugSessionRequest> {
        Ok(sessions::launch_debug_session(&self.0, request)?)
    }

    async fn get_debug_sessions(&self, request: GetDebugSessionsRequest) -> Answer<GetDebugSessionsRequest> {
        Ok(sessions::get_debug_sessions(&self.0, &request))
    }

    async fn terminate_debug_session(
        &self,
        request: TerminateDebugSessionRequest,
    ) -> Answer<TerminateDebugSessionRequest> {
        Ok(sessions::terminate_debug_session(&self.0, request).await?)
    }

    async fn call_create_model_state(
        &self,
        request: CallCreateModelStateRequest,
    ) -> Answer<CallCreateModelStateRequest> {
        Ok(states::call_create_model_state(&self.0, request).await?)
    }

    async fn call_instantiate_model(
        &self,
        request: CallInstantiateModelRequest,
    ) -> Answer<CallInstantiateModelRequest> {
        Ok(states::call_instantiate_model(&self.0, request).await?)
    }

    async fn call_train(&self, request: CallTrainRequest) -> Answer<CallTrainRequest> {
        Ok(train::call_train(&self.0, request)?)
    }

    async fn get_training_status(&self, request: GetTrainingStatusRequest) -> Answer<GetTrainingStatusRequest> {
        Ok(train::get_training_status(&self.0, &request)?)
    }

    async fn get_training_metrics(&self, request: GetTrainingMetricsRequest) -> Answer<GetTrainingMetricsRequest> {
        Ok(train::get_training_metrics(&self.0, &request)?)
    }

    async fn cancel_training_session(
        &self,
        request: CancelTrainingSessionRequest,
    ) -> Answer<CancelTrainingSessionRequest> {
        Ok(train::cancel_training_session(&self.0, &request)?)
    }

    async fn call_evaluate(&self, request: CallEvaluateRequest) -> Answer<CallEvaluateRequest> {
        Ok(states::call_evaluate(&self.0, request).await?)
    }

    async fn call_get_model_state(&self, request: CallGetModelStateRequest) -> Answer<CallGetModelStateRequest> {
        Ok(states::call_get_model_state(&self.0, request).await?)
    }

    async fn download_state_data(&self, request: DownloadStateDataRequest) -> Answer<DownloadStateDataRequest> {
        Ok(states::download_state_data(&self.0, &request)?)
    }

    async fn send_to_remote_inspector(
        &self,
        request: SendToRemoteInspectorRequest,
    ) -> Answer<SendToRemoteInspectorRequest> {
        Ok(sessions::send_to_remote_inspector(&self.0, &request)?)
    }

    async fn subscribe_to_events(&self, request: SubscribeToEventsRequest) -> Answer<SubscribeToEventsRequest> {
        Ok(sessions::subscribe_to_events(&self.0, &request)?)
    }
}
