//! Debug sessions: launched, listed, terminated, listened to.

use std::sync::{Arc, Mutex};

use decthings::api::debug::{
    DebugSession as DebugSessionView, GetDebugSessionsRequest, GetDebugSessionsResult, LaunchDebugSessionRequest,
    LaunchDebugSessionResult, SendToRemoteInspectorRequest, SendToRemoteInspectorResult, SubscribeToEventsRequest,
    SubscribeToEventsResult, TerminateDebugSessionRequest, TerminateDebugSessionResult,
};

use super::session::DebugSession;
use decthings::types::RunningOperationType;

use crate::fail::Fail;
use crate::jobs::{Once, Stop, StopSign};
use crate::local::Local;
use crate::services::launcher;
use crate::sessions::Idle;
use crate::store::ids;
use crate::{check, presets, time};

const INACTIVE_SECONDS: u32 = 1800;

/// The session that a call is about, which counts as activity.
pub(super) fn find(local: &Local, id: &str) -> Result<Arc<DebugSession>, Fail> {
    let session = local.debug.get(id).ok_or(Fail::DebugSessionNotFound)?;
    session.idle.touch();
    Ok(session)
}

pub(super) fn launch_debug_session(
    local: &Arc<Local>,
    request: LaunchDebugSessionRequest,
) -> Result<LaunchDebugSessionResult, Fail> {
    let location = launcher::locate(local, &local.store(), "executionLocation", request.execution_location)?;
    let options = request.options.unwrap_or_else(decthings::api::debug::DebugSessionOptions::new);
    let seconds = options.terminate_after_inactive_seconds.unwrap_or(INACTIVE_SECONDS);
    check::seconds("options.terminateAfterInactiveSeconds", seconds)?;
    let session = {
        let store = local.store();
        let model = store.model(&request.model_id)?;
        model.check_created()?;
        model.check_base(&store).map_err(|_| Fail::invalid("modelId", "the snapshot that it is based on is gone"))?;
        Arc::new(DebugSession {
            id: ids::id(),
            model_id: request.model_id,
            started_at: time::now(),
            preset: model.preset,
            location,
            durations: model.durations.clone(),
            sign: StopSign::new(),
            ready: Once::new(),
            over: Once::new(),
            idle: Idle::new(seconds),
            kept: Mutex::default(),
        })
    };
    local.debug.add(&session.id, session.clone());
    local.store().occupy(&session.location.used, &session.id, RunningOperationType::Debug);
    let started = local.jobs.spawn(&session.sign, session.clone().run(local.clone()));
    if let Err(fail) = started {
        local.debug.remove(&session.id);
        local.store().vacate(&session.location.used, &session.id);
        return Err(fail);
    }
    Ok(LaunchDebugSessionResult::new(&session.id))
}

pub(super) fn get_debug_sessions(local: &Local, request: &GetDebugSessionsRequest) -> GetDebugSessionsResult {
    let sessions = local.debug.list(request.debug_session_ids.as_deref());
    GetDebugSessionsResult::new(sessions.iter().map(|session| {
        let trainings: Vec<_> = session.kept().trainings.iter().map(|training| training.summary()).collect();
        DebugSessionView::new(
            &session.id,
            session.started_at,
            &session.model_id,
            presets::definitions(session.preset),
            trainings,
            session.location.used.clone(),
        )
    }))
}

/// Waits until it has ended.
pub(super) async fn terminate_debug_session(
    local: &Local,
    request: TerminateDebugSessionRequest,
) -> Result<TerminateDebugSessionResult, Fail> {
    let session = find(local, &request.debug_session_id)?;
    session.sign.set(Stop::Cancelled);
    session.over.wait().await;
    Ok(TerminateDebugSessionResult::new())
}

/// No preset has a debugger, whatever was asked for.
pub(super) fn send_to_remote_inspector(
    local: &Local,
    request: &SendToRemoteInspectorRequest,
) -> Result<SendToRemoteInspectorResult, Fail> {
    find(local, &request.debug_session_id)?;
    Err(Fail::NotRemoteInspector)
}

/// The connection subscribes when this succeeds.
pub(super) fn subscribe_to_events(
    local: &Local,
    request: &SubscribeToEventsRequest,
) -> Result<SubscribeToEventsResult, Fail> {
    find(local, &request.debug_session_id)?;
    Ok(SubscribeToEventsResult::new())
}
