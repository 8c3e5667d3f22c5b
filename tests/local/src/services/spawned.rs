//! The service `Spawned`: programs without a terminal.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::spawned::{
    ExitEvent, GetSpawnedCommandsRequest, GetSpawnedCommandsResult, SpawnCommandForModelRequest,
    SpawnCommandForModelResult, SpawnCommandRequest, SpawnCommandResult, SpawnedCommand, SpawnedEvent, SpawnedService,
    StderrEvent, StdoutEvent, SubscribeToEventsRequest, SubscribeToEventsResult, TerminateSpawnedCommandRequest,
    TerminateSpawnedCommandResult, WriteToSpawnedCommandRequest, WriteToSpawnedCommandResult,
};
use decthings::runtime::ServiceResult;
use decthings::types::{
    ExecutionLocation, FilesystemAccess, RunningOperationType, SpawnedCommandTerminatedReason as Reason,
};

use super::common::check;
use super::common::location::{check_processes_allowed, locate};
use crate::context::Context;
use crate::error::{self, CallError};
use crate::jobs::sessions::Sessions;
use crate::processes::child::{Program, process_exit};
use crate::processes::folder::Folder;
use crate::processes::process::{ExitCause, Process, ProcessEvents, ProcessOptions, StartedProcess};

const DEFAULT_TIMEOUT_SECONDS: u32 = 3600;
const DEFAULT_IDLE_SECONDS: u32 = 600;

/// The service. Connections handle `unsubscribeFromEvents` themselves.
pub(crate) struct SpawnedCommands {
    context: Arc<Context>,
    processes: Sessions<Process>,
}

/// What to run, and where.
struct Command {
    location: ExecutionLocation,
    model: Option<String>,
    others: Vec<FilesystemAccess>,
    program: String,
    args: Vec<String>,
    max_seconds: Option<u32>,
    idle_seconds: Option<u32>,
}

impl SpawnedCommands {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, processes: Sessions::default() }
    }

    async fn spawn(&self, command: Command) -> Result<String, CallError> {
        let context = &self.context;
        let location = locate(context, &context.store(), "executionLocation", command.location)?.used;
        check_processes_allowed(&context.config, "executionLocation")?;
        let max_seconds = command.max_seconds.unwrap_or(DEFAULT_TIMEOUT_SECONDS);
        check::seconds("options.timeoutSeconds", max_seconds)?;
        let idle_seconds = command.idle_seconds.unwrap_or(DEFAULT_IDLE_SECONDS);
        check::seconds("options.timeoutAfterInactiveSeconds", idle_seconds)?;
        let folder = Folder::new(context, command.model.as_deref(), command.others).await?;
        let program = Program { name: &command.program, args: &command.args, folder: &folder, terminal: None };
        let child = program
            .start()
            .map_err(|error| CallError::invalid("command", format!("{:?} does not start: {error}", command.program)))?;
        let (model_id, location) = (command.model, Some(location));
        let options = ProcessOptions { model_id, location, idle_seconds, max_seconds: Some(max_seconds) };
        StartedProcess::new(child, folder, options).supervise::<SpawnedEvent>(context, &self.processes)
    }

    fn find(&self, id: &str) -> Result<Arc<Process>, CallError> {
        self.processes.get(id).ok_or(CallError::SpawnedCommandNotFound)
    }
}

impl SpawnedService for SpawnedCommands {
    async fn spawn_command(&self, request: SpawnCommandRequest) -> ServiceResult<SpawnCommandRequest> {
        let options = request.options.as_ref();
        let command = Command {
            location: request.execution_location,
            model: None,
            others: Vec::new(),
            program: request.command,
            args: request.args,
            max_seconds: options.and_then(|options| options.timeout_seconds),
            idle_seconds: options.and_then(|options| options.timeout_after_inactive_seconds),
        };
        Ok(SpawnCommandResult::new(self.spawn(command).await?))
    }

    async fn spawn_command_for_model(
        &self,
        request: SpawnCommandForModelRequest,
    ) -> ServiceResult<SpawnCommandForModelRequest> {
        self.context.store().model(&request.model_id)?;
        let options = request.options.as_ref();
        let command = Command {
            location: request.execution_location,
            model: Some(request.model_id),
            others: options.and_then(|options| options.add_filesystem_access.clone()).unwrap_or_default(),
            program: request.command,
            args: request.args,
            max_seconds: options.and_then(|options| options.timeout_seconds),
            idle_seconds: options.and_then(|options| options.timeout_after_inactive_seconds),
        };
        Ok(SpawnCommandForModelResult::new(self.spawn(command).await?))
    }

    async fn terminate_spawned_command(
        &self,
        request: TerminateSpawnedCommandRequest,
    ) -> ServiceResult<TerminateSpawnedCommandRequest> {
        self.find(&request.spawned_command_id)?.terminate().await;
        Ok(TerminateSpawnedCommandResult::new())
    }

    async fn get_spawned_commands(
        &self,
        request: GetSpawnedCommandsRequest,
    ) -> ServiceResult<GetSpawnedCommandsRequest> {
        let commands = self.processes.list(request.spawned_command_ids.as_deref());
        Ok(GetSpawnedCommandsResult::new(commands.iter().filter_map(|process| {
            let location = process.location.clone()?;
            let mut view = SpawnedCommand::new(&process.id, process.started_at, location);
            view.model_id = process.model_id.clone();
            Some(view)
        })))
    }

    async fn write_to_spawned_command(
        &self,
        request: WriteToSpawnedCommandRequest,
    ) -> ServiceResult<WriteToSpawnedCommandRequest> {
        self.find(&request.spawned_command_id)?.write(error::in_memory("data", request.data)?).await?;
        Ok(WriteToSpawnedCommandResult::new())
    }

    async fn subscribe_to_events(&self, request: SubscribeToEventsRequest) -> ServiceResult<SubscribeToEventsRequest> {
        self.find(&request.spawned_command_id)?;
        Ok(SubscribeToEventsResult::new())
    }
}

impl ProcessEvents for SpawnedEvent {
    const OPERATION: Option<RunningOperationType> = Some(RunningOperationType::Spawned);
    const OUTPUT_IS_ACTIVITY: bool = true;

    fn stdout(id: &str, data: Bytes) -> Self {
        Self::Stdout(StdoutEvent::new(id, data))
    }

    fn stderr(id: &str, data: Bytes) -> Option<Self> {
        Some(Self::Stderr(StderrEvent::new(id, data)))
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
