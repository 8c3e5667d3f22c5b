//! The service `Terminal`: shells on pseudo-terminals.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::terminal::{
    AddFilesystemAccessForTerminalSessionRequest, AddFilesystemAccessForTerminalSessionResult, DataEvent, ExitEvent,
    GetTerminalSessionsRequest, GetTerminalSessionsResult, LaunchTerminalSessionRequest, LaunchTerminalSessionResult,
    ResizeTerminalSessionRequest, ResizeTerminalSessionResult, SubscribeToEventsRequest, SubscribeToEventsResult,
    TerminalEvent, TerminalService, TerminalSession, TerminalSessionOptions, TerminateTerminalSessionRequest,
    TerminateTerminalSessionResult, WriteToTerminalSessionRequest, WriteToTerminalSessionResult,
};
use decthings::runtime::ServiceResult;
use decthings::types::{RunningOperationType, TerminalSessionTerminatedReason as Reason};

use super::common::check;
use super::common::location::{check_processes_allowed, locate};
use crate::context::Context;
use crate::error::{self, CallError};
use crate::jobs::sessions::{IdleTimeout, Sessions};
use crate::processes::child::{Program, process_exit};
use crate::processes::folder::Folder;
use crate::processes::process::{ExitCause, Process, ProcessEvents, ProcessOptions, StartedProcess};

const SHELL: &str = "sh";

/// The service. Connections handle `unsubscribeFromEvents` themselves.
pub(crate) struct Terminals {
    context: Arc<Context>,
    processes: Sessions<Process>,
}

impl Terminals {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, processes: Sessions::default() }
    }

    async fn launch(&self, request: LaunchTerminalSessionRequest) -> Result<String, CallError> {
        let context = &self.context;
        context.store().model(&request.model_id)?;
        let location = locate(context, &context.store(), "executionLocation", request.execution_location)?.used;
        check_processes_allowed(&context.config, "executionLocation")?;
        let options = request.options.unwrap_or_else(TerminalSessionOptions::new);
        let idle_seconds = options.terminate_after_inactive_seconds.unwrap_or(IdleTimeout::DEFAULT_SECONDS);
        check::seconds("options.terminateAfterInactiveSeconds", idle_seconds)?;
        let rows = checked_size("options.rows", options.rows.unwrap_or(24))?;
        let columns = checked_size("options.cols", options.cols.unwrap_or(80))?;
        let others = options.add_filesystem_access.unwrap_or_default();
        let folder = Folder::new(context, Some(&request.model_id), others).await?;
        let program = Program { name: SHELL, args: &[], folder: &folder, terminal: Some((rows, columns)) };
        let child = program.start().map_err(|_| CallError::Unknown)?;
        let (model_id, location) = (Some(request.model_id), Some(location));
        let options = ProcessOptions { model_id, location, idle_seconds, max_seconds: None };
        StartedProcess::new(child, folder, options).supervise::<TerminalEvent>(context, &self.processes)
    }

    fn find(&self, id: &str) -> Result<Arc<Process>, CallError> {
        self.processes.get(id).ok_or(CallError::TerminalSessionNotFound)
    }
}

fn checked_size(path: &str, size: u32) -> Result<u16, CallError> {
    match u16::try_from(size) {
        Ok(size) if size > 0 => Ok(size),
        _ => Err(CallError::invalid(path, format!("must be from 1 to {}, got {size}", u16::MAX))),
    }
}

impl TerminalService for Terminals {
    async fn launch_terminal_session(
        &self,
        request: LaunchTerminalSessionRequest,
    ) -> ServiceResult<LaunchTerminalSessionRequest> {
        Ok(LaunchTerminalSessionResult::new(self.launch(request).await?))
    }

    async fn terminate_terminal_session(
        &self,
        request: TerminateTerminalSessionRequest,
    ) -> ServiceResult<TerminateTerminalSessionRequest> {
        self.find(&request.terminal_session_id)?.terminate().await;
        Ok(TerminateTerminalSessionResult::new())
    }

    async fn get_terminal_sessions(
        &self,
        request: GetTerminalSessionsRequest,
    ) -> ServiceResult<GetTerminalSessionsRequest> {
        let sessions = self.processes.list(request.terminal_session_ids.as_deref());
        Ok(GetTerminalSessionsResult::new(sessions.iter().filter_map(|process| {
            let (model, location) = (process.model_id.clone()?, process.location.clone()?);
            Some(TerminalSession::new(&process.id, process.started_at, model, location))
        })))
    }

    async fn write_to_terminal_session(
        &self,
        request: WriteToTerminalSessionRequest,
    ) -> ServiceResult<WriteToTerminalSessionRequest> {
        let process = self.find(&request.terminal_session_id)?;
        process.idle.reset();
        process.write(error::in_memory("data", request.data)?).await?;
        Ok(WriteToTerminalSessionResult::new())
    }

    async fn resize_terminal_session(
        &self,
        request: ResizeTerminalSessionRequest,
    ) -> ServiceResult<ResizeTerminalSessionRequest> {
        let process = self.find(&request.terminal_session_id)?;
        let rows = checked_size("size.rows", request.size.rows)?;
        process.resize(rows, checked_size("size.cols", request.size.cols)?).await?;
        Ok(ResizeTerminalSessionResult::new())
    }

    async fn add_filesystem_access_for_terminal_session(
        &self,
        request: AddFilesystemAccessForTerminalSessionRequest,
    ) -> ServiceResult<AddFilesystemAccessForTerminalSessionRequest> {
        self.find(&request.terminal_session_id)?.folder.add(&self.context, &request.model_id).await?;
        Ok(AddFilesystemAccessForTerminalSessionResult::new())
    }

    async fn subscribe_to_events(&self, request: SubscribeToEventsRequest) -> ServiceResult<SubscribeToEventsRequest> {
        self.find(&request.terminal_session_id)?;
        Ok(SubscribeToEventsResult::new())
    }
}

impl ProcessEvents for TerminalEvent {
    const OPERATION: Option<RunningOperationType> = Some(RunningOperationType::Terminal);

    fn stdout(id: &str, data: Bytes) -> Self {
        Self::Data(DataEvent::new(id, data))
    }

    /// A terminal shows both.
    fn stderr(id: &str, data: Bytes) -> Option<Self> {
        Some(Self::stdout(id, data))
    }

    fn exit(id: &str, cause: ExitCause) -> Self {
        let reason = match cause {
            ExitCause::Exited(status) => process_exit(status).into(),
            ExitCause::Terminated => Reason::TerminatedOnRequest,
            ExitCause::ShutDown => Reason::LauncherTerminated,
            ExitCause::Idle => Reason::InactiveTimeout,
            ExitCause::Other => Reason::Unknown,
        };
        Self::Exit(ExitEvent::new(id).reason(reason))
    }
}
