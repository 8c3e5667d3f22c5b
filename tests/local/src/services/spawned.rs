//! The service `Spawned`: programs without a terminal.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::spawned::{
    ExitEvent, GetSpawnedCommandsRequest, GetSpawnedCommandsResult, SpawnCommandForModelRequest,
    SpawnCommandForModelResult, SpawnCommandRequest, SpawnCommandResult, SpawnedCommand, SpawnedEvent, SpawnedService,
    StderrEvent, StdoutEvent, SubscribeToEventsRequest, SubscribeToEventsResult, TerminateSpawnedCommandRequest,
    TerminateSpawnedCommandResult, WriteToSpawnedCommandRequest, WriteToSpawnedCommandResult,
};
use decthings::types::{
    ExecutionLocation, FilesystemAccess, RunningOperationType, SpawnedCommandTerminatedReason as Reason,
};

use crate::check;
use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::processes::{End, Folder, Process, Running, Sink, begin, piped};
use crate::services::launcher;

const TIMEOUT_SECONDS: u32 = 3600;
const INACTIVE_SECONDS: u32 = 600;

/// Answers the calls of the service. The connection itself answers `unsubscribeFromEvents`.
pub(crate) struct Commands(pub(crate) Arc<Local>);

/// What to run, and where.
struct Command {
    location: ExecutionLocation,
    model: Option<String>,
    others: Vec<FilesystemAccess>,
    program: String,
    args: Vec<String>,
    seconds: Option<u32>,
    idle_seconds: Option<u32>,
}

impl Commands {
    async fn spawn(&self, command: Command) -> Result<String, Fail> {
        let local = &self.0;
        let location = launcher::locate(local, &local.store(), "executionLocation", command.location)?.used;
        launcher::check_processes(&local.config, "executionLocation")?;
        let seconds = command.seconds.unwrap_or(TIMEOUT_SECONDS);
        check::seconds("options.timeoutSeconds", seconds)?;
        let idle_seconds = command.idle_seconds.unwrap_or(INACTIVE_SECONDS);
        check::seconds("options.timeoutAfterInactiveSeconds", idle_seconds)?;
        let others: Vec<String> = command.others.into_iter().map(|other| other.model_id).collect();
        let folder = Folder::new(local, command.model.as_deref(), &others).await?;
        let path = folder.path();
        let running = Running { program: &command.program, args: &command.args, folder: &path };
        let started = piped(&running)
            .map_err(|error| Fail::invalid("command", format!("{:?} does not start: {error}", command.program)))?;
        let process = Process::new(started, folder, command.model, Some(location), idle_seconds, Some(seconds));
        begin(local, &local.commands, Some(RunningOperationType::Spawned), process, Events(local.clone()))
    }

    fn find(&self, id: &str) -> Result<Arc<Process>, Fail> {
        self.0.commands.get(id).ok_or(Fail::SpawnedCommandNotFound)
    }
}

impl SpawnedService for Commands {
    async fn spawn_command(&self, request: SpawnCommandRequest) -> Answer<SpawnCommandRequest> {
        let options = request.options.as_ref();
        let command = Command {
            location: request.execution_location,
            model: None,
            others: Vec::new(),
            program: request.command,
            args: request.args,
            seconds: options.and_then(|options| options.timeout_seconds),
            idle_seconds: options.and_then(|options| options.timeout_after_inactive_seconds),
        };
        Ok(SpawnCommandResult::new(self.spawn(command).await?))
    }

    async fn spawn_command_for_model(
        &self,
        request: SpawnCommandForModelRequest,
    ) -> Answer<SpawnCommandForModelRequest> {
        self.0.store().model(&request.model_id)?;
        let options = request.options.as_ref();
        let command = Command {
            location: request.execution_location,
            model: Some(request.model_id),
            others: options.and_then(|options| options.add_filesystem_access.clone()).unwrap_or_default(),
            program: request.command,
            args: request.args,
            seconds: options.and_then(|options| options.timeout_seconds),
            idle_seconds: options.and_then(|options| options.timeout_after_inactive_seconds),
        };
        Ok(SpawnCommandForModelResult::new(self.spawn(command).await?))
    }

    async fn terminate_spawned_command(
        &self,
        request: TerminateSpawnedCommandRequest,
    ) -> Answer<TerminateSpawnedCommandRequest> {
        self.find(&request.spawned_command_id)?.terminate().await;
        Ok(TerminateSpawnedCommandResult::new())
    }

    async fn get_spawned_commands(&self, request: GetSpawnedCommandsRequest) -> Answer<GetSpawnedCommandsRequest> {
        let commands = self.0.commands.list(request.spawned_command_ids.as_deref());
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
    ) -> Answer<WriteToSpawnedCommandRequest> {
        self.find(&request.spawned_command_id)?.write(request.data.into()).await?;
        Ok(WriteToSpawnedCommandResult::new())
    }

    async fn subscribe_to_events(&self, request: SubscribeToEventsRequest) -> Answer<SubscribeToEventsRequest> {
        self.find(&request.spawned_command_id)?;
        Ok(SubscribeToEventsResult::new())
    }
}

/// Tells what becomes of a command.
struct Events(Arc<Local>);

impl Events {
    fn tell(&self, process: &Process, event: &SpawnedEvent) {
        // Only an event that cannot be written is refused.
        let _ = self.0.events.publish(&process.id, event);
    }
}

impl Sink for Events {
    fn output(&self, process: &Process, data: Bytes) {
        process.idle.touch();
        self.tell(process, &SpawnedEvent::Stdout(StdoutEvent::new(&process.id, data)));
    }

    fn errors(&self, process: &Process, data: Bytes) {
        process.idle.touch();
        self.tell(process, &SpawnedEvent::Stderr(StderrEvent::new(&process.id, data)));
    }

    fn ended(&self, process: &Process, end: End) {
        self.0.commands.remove(&process.id);
        let reason = match end {
            End::Exited(status) => End::exit(status).into(),
            End::Terminated => Reason::TerminatedOnRequest,
            End::ShutDown => Reason::LauncherTerminated,
            End::Idle => Reason::InactiveTimeout,
            End::Other => Reason::Unknown,
        };
        self.tell(process, &SpawnedEvent::Exit(ExitEvent::new(&process.id).reason(reason)));
    }

    async fn unwanted(&self, _: &Process) {
        std::future::pending().await
    }
}
