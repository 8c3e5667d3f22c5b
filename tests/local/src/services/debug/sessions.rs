//! Debug sessions: launched, listed, terminated, subscribed to.

use std::sync::{Arc, Mutex};

use decthings::api::debug::{
    DebugSession as DebugSessionView, DebugSessionOptions, GetDebugSessionsRequest, GetDebugSessionsResult,
    LaunchDebugSessionRequest, LaunchDebugSessionResult, SendToRemoteInspectorRequest, SendToRemoteInspectorResult,
    SubscribeToEventsRequest, SubscribeToEventsResult, TerminateDebugSessionRequest, TerminateDebugSessionResult,
};
use decthings::types::RunningOperationType;

use super::session::{DebugSession, Shared};
use crate::error::CallError;
use crate::jobs::sessions::IdleTimeout;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::services::common::check;
use crate::services::common::code::runnable_code;
use crate::services::common::location::locate;
use crate::util;

pub(super) fn launch_debug_session(
    shared: &Shared,
    request: LaunchDebugSessionRequest,
) -> Result<LaunchDebugSessionResult, CallError> {
    let context = &shared.context;
    let location = locate(context, &context.store(), "executionLocation", request.execution_location)?;
    let options = request.options.unwrap_or_else(DebugSessionOptions::new);
    let seconds = options.terminate_after_inactive_seconds.unwrap_or(IdleTimeout::DEFAULT_SECONDS);
    check::seconds("options.terminateAfterInactiveSeconds", seconds)?;
    let (session, code) = {
        let store = context.store();
        let model = store.model(&request.model_id)?;
        model.check_created("modelId")?;
        store
            .check_base(model)
            .map_err(|_| CallError::invalid("modelId", "the snapshot that it is based on has been deleted"))?;
        let code = runnable_code(&context.config, &store, model, None, &[], "modelId")?;
        let session = Arc::new(DebugSession {
            context: context.clone(),
            id: util::new_id(),
            model_id: request.model_id,
            started_at: util::now(),
            code: model.code.clone(),
            location,
            durations: model.durations.clone(),
            signal: StopSignal::new(),
            runtime: Once::new(),
            finished: Once::new(),
            idle: IdleTimeout::new(seconds),
            kept: Mutex::default(),
        });
        (session, code)
    };
    shared.sessions.add(&session.id, session.clone());
    context.store().launchers.occupy(&session.location.used, &session.id, RunningOperationType::Debug);
    let started = context.jobs.spawn(&session.signal, session.clone().run(code, shared.sessions.clone()));
    if let Err(error) = started {
        shared.sessions.remove(&session.id);
        context.vacate(&session.location.used, &session.id);
        return Err(error);
    }
    Ok(LaunchDebugSessionResult::new(&session.id))
}

pub(super) fn get_debug_sessions(
    shared: &Shared,
    request: GetDebugSessionsRequest,
) -> Result<GetDebugSessionsResult, CallError> {
    let sessions = shared.sessions.list(request.debug_session_ids.as_deref());
    Ok(GetDebugSessionsResult::new(sessions.iter().map(|session| {
        let trainings: Vec<_> = session.kept().trainings.iter().map(|training| training.summary()).collect();
        DebugSessionView::new(
            &session.id,
            session.started_at,
            &session.model_id,
            session.code.definitions(),
            trainings,
            session.location.used.clone(),
        )
    })))
}

/// Waits until it has ended.
pub(super) async fn terminate_debug_session(
    shared: &Shared,
    request: TerminateDebugSessionRequest,
) -> Result<TerminateDebugSessionResult, CallError> {
    let session = shared.find(&request.debug_session_id)?;
    session.signal.set(StopReason::Cancelled);
    session.finished.wait().await;
    Ok(TerminateDebugSessionResult::new())
}

/// The code runs without a debugger.
pub(super) fn send_to_remote_inspector(
    shared: &Shared,
    request: SendToRemoteInspectorRequest,
) -> Result<SendToRemoteInspectorResult, CallError> {
    shared.find(&request.debug_session_id)?;
    Err(CallError::NotRemoteInspector)
}

/// The connection subscribes if this succeeds.
pub(super) fn subscribe_to_events(
    shared: &Shared,
    request: SubscribeToEventsRequest,
) -> Result<SubscribeToEventsResult, CallError> {
    shared.find(&request.debug_session_id)?;
    Ok(SubscribeToEventsResult::new())
}
