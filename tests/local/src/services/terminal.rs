//! The service `Terminal`: shells.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::terminal::{
    AddFilesystemAccessForTerminalSessionRequest, AddFilesystemAccessForTerminalSessionResult, DataEvent, ExitEvent,
    GetTerminalSessionsRequest, GetTerminalSessionsResult, LaunchTerminalSessionRequest, LaunchTerminalSessionResult,
    ResizeTerminalSessionRequest, ResizeTerminalSessionResult, SubscribeToEventsRequest, SubscribeToEventsResult,
    TerminalEvent, TerminalService, TerminalSession, TerminalSessionOptions, TerminateTerminalSessionRequest,
    TerminateTerminalSessionResult, WriteToTerminalSessionRequest, WriteToTerminalSessionResult,
};
use decthings::types::{RunningOperationType, TerminalSessionTerminatedReason as Reason};

use crate::check;
use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::processes::{End, Folder, Process, Running, Sink, begin, terminal};
use crate::services::launcher;

const INACTIVE_SECONDS: u32 = 1800;
const SHELL: &str = "sh";

/// Answers the calls of the service. The connection itself answers `unsubscribeFromEvents`.
pub(crate) struct Terminals(pub(crate) Arc<Local>);

impl Terminals {
    async fn launch(&self, request: LaunchTerminalSessionRequest) -> Result<String, Fail> {
        let local = &self.0;
        local.store().model(&request.model_id)?;
        let location = launcher::locate(local, &local.store(), "executionLocation", request.execution_location)?.used;
        launcher::check_processes(&local.config, "executionLocation")?;
        let options = request.options.unwrap_or_else(TerminalSessionOptions::new);
        let idle_seconds = options.terminate_after_inactive_seconds.unwrap_or(INACTIVE_SECONDS);
        check::seconds("options.terminateAfterInactiveSeconds", idle_seconds)?;
        let rows = side("options.rows", options.rows.unwrap_or(24))?;
        let columns = side("options.cols", options.cols.unwrap_or(80))?;
        let others = options.add_filesystem_access.unwrap_or_default();
        let others: Vec<String> = others.into_iter().map(|other| other.model_id).collect();
        let folder = Folder::new(local, Some(&request.model_id), &others).await?;
        let path = folder.path();
        let running = Running { program: SHELL, args: &[], folder: &path };
        let started = terminal(&running, (rows, columns)).map_err(|_| Fail::Unknown)?;
        let process = Process::new(started, folder, Some(request.model_id), Some(location), idle_seconds, None);
        begin(local, &local.terminals, Some(RunningOperationType::Terminal), process, Events(local.clone()))
    }

    fn find(&self, id: &str) -> Result<Arc<Process>, Fail> {
        self.0.terminals.get(id).ok_or(Fail::TerminalSessionNotFound)
    }
}

fn side(path: &str, size: u32) -> Result<u16, Fail> {
    match u16::try_from(size) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(Fail::invalid(path, format!("must be from 1 to {}, got {size}", u16::MAX))),
    }
}

impl TerminalService for Terminals {
    async fn launch_terminal_session(
        &self,
        request: LaunchTerminalSessionRequest,
    ) -> Answer<LaunchTerminalSessionRequest> {
        Ok(LaunchTerminalSessionResult::new(self.launch(request).await?))
    }

    async fn terminate_terminal_session(
        &self,
        request: TerminateTerminalSessionRequest,
    ) -> Answer<TerminateTerminalSessionRequest> {
        self.find(&request.terminal_session_id)?.terminate().await;
        Ok(TerminateTerminalSessionResult::new())
    }

    async fn get_terminal_sessions(&self, request: GetTerminalSessionsRequest) -> Answer<GetTerminalSessionsRequest> {
        let sessions = self.0.terminals.list(request.terminal_session_ids.as_deref());
        Ok(GetTerminalSessionsResult::new(sessions.iter().filter_map(|process| {
            let (model, location) = (process.model_id.clone()?, process.location.clone()?);
            Some(TerminalSession::new(&process.id, process.started_at, model, location))
        })))
    }

    async fn write_to_terminal_session(
        &self,
        request: WriteToTerminalSessionRequest,
    ) -> Answer<WriteToTerminalSessionRequest> {
        let process = self.find(&request.terminal_session_id)?;
        process.idle.touch();
        process.write(request.data.into()).await?;
        Ok(WriteToTerminalSessionResult::new())
    }

    async fn resize_terminal_session(
        &self,
        request: ResizeTerminalSessionRequest,
    ) -> Answer<ResizeTerminalSessionRequest> {
        let process = self.find(&request.terminal_session_id)?;
        let rows = side("size.rows", request.size.rows)?;
        process.resize(rows, side("size.cols", request.size.cols)?).await?;
        Ok(ResizeTerminalSessionResult::new())
    }

    async fn add_filesystem_access_for_terminal_session(
        &self,
        request: AddFilesystemAccessForTerminalSessionRequest,
    ) -> Answer<AddFilesystemAccessForTerminalSessionRequest> {
        self.find(&request.terminal_session_id)?.folder.add(&self.0, &request.model_id).await?;
        Ok(AddFilesystemAccessForTerminalSessionResult::new())
    }

    async fn subscribe_to_events(&self, request: SubscribeToEventsRequest) -> Answer<SubscribeToEventsRequest> {
        self.find(&request.terminal_session_id)?;
        Ok(SubscribeToEventsResult::new())
    }
}

/// Tells what becomes of a terminal.
struct Events(Arc<Local>);

impl Events {
    fn tell(&self, process: &Process, event: &TerminalEvent) {
        // Only an event that cannot be written is refused.
        let _ = self.0.events.publish(&process.id, event);
    }
}

impl Sink for Events {
    fn output(&self, process: &Process, data: Bytes) {
        self.tell(process, &TerminalEvent::Data(DataEvent::new(&process.id, data)));
    }

    fn errors(&self, process: &Process, data: Bytes) {
        self.output(process, data);
    }

    fn ended(&self, process: &Process, end: End) {
        self.0.terminals.remove(&process.id);
        let reason = match end {
            End::Exited(status) => End::exit(status).into(),
            End::Terminated => Reason::TerminatedOnRequest,
            End::ShutDown => Reason::LauncherTerminated,
            End::Idle => Reason::InactiveTimeout,
            End::Other => Reason::Unknown,
        };
        self.tell(process, &TerminalEvent::Exit(ExitEvent::new(&process.id).reason(reason)));
    }

    async fn unwanted(&self, _: &Process) {
        std::future::pending().await
    }
}
