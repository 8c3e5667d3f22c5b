//! The service `Debug`: calls of single functions of a model.

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

use crate::context::Context;
use crate::jobs::sessions::Sessions;
use crate::services::common::delegate;
use session::Shared;

/// The service. Connections handle `unsubscribeFromEvents` themselves.
pub(crate) struct DebugSessions(Shared);

impl DebugSessions {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self(Shared { context, sessions: Sessions::default() })
    }
}

delegate! {
    impl DebugService for DebugSessions;
    fn launch_debug_session(LaunchDebugSessionRequest) in sessions;
    fn get_debug_sessions(GetDebugSessionsRequest) in sessions;
    fn call_train(CallTrainRequest) in train;
    fn get_training_status(GetTrainingStatusRequest) in train;
    fn get_training_metrics(GetTrainingMetricsRequest) in train;
    fn cancel_training_session(CancelTrainingSessionRequest) in train;
    fn download_state_data(DownloadStateDataRequest) in states;
    fn send_to_remote_inspector(SendToRemoteInspectorRequest) in sessions;
    fn subscribe_to_events(SubscribeToEventsRequest) in sessions;
    async fn terminate_debug_session(TerminateDebugSessionRequest) in sessions;
    async fn call_create_model_state(CallCreateModelStateRequest) in states;
    async fn call_instantiate_model(CallInstantiateModelRequest) in states;
    async fn call_evaluate(CallEvaluateRequest) in states;
    async fn call_get_model_state(CallGetModelStateRequest) in states;
}
