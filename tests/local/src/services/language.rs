//! The service `Language`: language servers, where they are installed.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::language::{
    DataEvent, ExitEvent, LanguageEvent, LanguageServerExitReason as Reason, LanguageService,
    StartLanguageServerRequest, StartLanguageServerResult, WriteToLanguageServerRequest, WriteToLanguageServerResult,
};
use decthings::runtime::ServiceResult;
use decthings::types::RunningOperationType;

use super::common::location::check_processes_allowed;
use crate::context::Context;
use crate::error::{self, CallError};
use crate::jobs::sessions::{IdleTimeout, Sessions};
use crate::processes::child::Program;
use crate::processes::folder::Folder;
use crate::processes::process::{ExitCause, Process, ProcessEvents, ProcessOptions, StartedProcess};

/// The service. Connections handle `unsubscribeFromEvents` themselves.
pub(crate) struct LanguageServers {
    context: Arc<Context>,
    processes: Sessions<Process>,
}

impl LanguageServers {
    pub(crate) fn new(context: Arc<Context>) -> Self {
        Self { context, processes: Sessions::default() }
    }

    /// Starts the first server of the language that is installed.
    async fn start(&self, request: StartLanguageServerRequest) -> Result<String, CallError> {
        let context = &self.context;
        context.store().model(&request.model_id)?;
        check_processes_allowed(&context.config, "language")?;
        let folder = Folder::new(context, Some(&request.model_id), Vec::new()).await?;
        let language = request.language.as_str();
        let candidates = context.config.language_servers.iter().filter(|(name, ..)| name == language);
        let mut started = candidates.filter_map(|(_, name, args)| {
            let program = Program { name, args, folder: &folder, terminal: None };
            program.start().ok()
        });
        let child = started.next().ok_or_else(|| {
            CallError::invalid("language", format!("no language server for {language} is installed on this machine"))
        })?;
        let model_id = Some(request.model_id);
        let options =
            ProcessOptions { model_id, location: None, idle_seconds: IdleTimeout::DEFAULT_SECONDS, max_seconds: None };
        StartedProcess::new(child, folder, options).supervise::<LanguageEvent>(context, &self.processes)
    }
}

impl LanguageService for LanguageServers {
    async fn start_language_server(
        &self,
        request: StartLanguageServerRequest,
    ) -> ServiceResult<StartLanguageServerRequest> {
        Ok(StartLanguageServerResult::new(self.start(request).await?))
    }

    async fn write_to_language_server(
        &self,
        request: WriteToLanguageServerRequest,
    ) -> ServiceResult<WriteToLanguageServerRequest> {
        let process = self.processes.get(&request.language_server_id).ok_or(CallError::LanguageServerNotFound)?;
        process.idle.reset();
        process.write(error::in_memory("data", request.data)?).await?;
        Ok(WriteToLanguageServerResult::new())
    }
}

impl ProcessEvents for LanguageEvent {
    const OPERATION: Option<RunningOperationType> = None;
    const ENDS_WITH_CONNECTION: bool = true;

    fn stdout(id: &str, data: Bytes) -> Self {
        Self::Data(DataEvent::new(id, data))
    }

    /// These are logs, which are not part of the protocol.
    fn stderr(_: &str, _: Bytes) -> Option<Self> {
        None
    }

    fn exit(id: &str, cause: ExitCause) -> Self {
        let reason = match cause {
            ExitCause::Idle => Reason::Timedout,
            _ => Reason::Unknown,
        };
        Self::Exit(ExitEvent::new(id).reason(reason))
    }
}
