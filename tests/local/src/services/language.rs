//! The service `Language`: language servers, where they are installed.

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::language::{
    DataEvent, ExitEvent, LanguageEvent, LanguageServerExitReason as Reason, LanguageService,
    StartLanguageServerRequest, StartLanguageServerResult, WriteToLanguageServerRequest, WriteToLanguageServerResult,
};

use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::processes::{End, Folder, Process, Running, Sink, begin, piped};
use crate::services::launcher;

const INACTIVE_SECONDS: u32 = 1800;

/// Answers the calls of the service. The connection itself answers `unsubscribeFromEvents`.
pub(crate) struct Languages(pub(crate) Arc<Local>);

impl Languages {
    async fn start(&self, request: StartLanguageServerRequest) -> Result<String, Fail> {
        let local = &self.0;
        local.store().model(&request.model_id)?;
        launcher::check_processes(&local.config, "language")?;
        let folder = Folder::new(local, Some(&request.model_id), &[]).await?;
        let path = folder.path();
        let language = request.language.as_str();
        let candidates = local.config.language_servers.iter().filter(|(name, ..)| name == language);
        let mut started = candidates.filter_map(|(_, program, args)| {
            let running = Running { program, args, folder: &path };
            piped(&running).ok()
        });
        let started = started.next().ok_or_else(|| {
            Fail::invalid("language", format!("no language server for {language} is installed on this machine"))
        })?;
        let process = Process::new(started, folder, Some(request.model_id), None, INACTIVE_SECONDS, None);
        begin(local, &local.languages, None, process, Events(local.clone()))
    }
}

impl LanguageService for Languages {
    async fn start_language_server(&self, request: StartLanguageServerRequest) -> Answer<StartLanguageServerRequest> {
        Ok(StartLanguageServerResult::new(self.start(request).await?))
    }

    async fn write_to_language_server(
        &self,
        request: WriteToLanguageServerRequest,
    ) -> Answer<WriteToLanguageServerRequest> {
        let process = self.0.languages.get(&request.language_server_id).ok_or(Fail::LanguageServerNotFound)?;
        process.idle.touch();
        process.write(request.data.into()).await?;
        Ok(WriteToLanguageServerResult::new())
    }
}

/// Tells what becomes of a language server.
struct Events(Arc<Local>);

impl Events {
    fn tell(&self, process: &Process, event: &LanguageEvent) {
        // Only an event that cannot be written is refused.
        let _ = self.0.events.publish(&process.id, event);
    }
}

impl Sink for Events {
    fn output(&self, process: &Process, data: Bytes) {
        self.tell(process, &LanguageEvent::Data(DataEvent::new(&process.id, data)));
    }

    /// Logs, which are no part of the protocol.
    fn errors(&self, _: &Process, _: Bytes) {}

    fn ended(&self, process: &Process, end: End) {
        self.0.languages.remove(&process.id);
        let reason = match end {
            End::Idle => Reason::Timedout,
            _ => Reason::Unknown,
        };
        self.tell(process, &LanguageEvent::Exit(ExitEvent::new(&process.id).reason(reason)));
    }

    /// It belongs to the connection that started it.
    async fn unwanted(&self, process: &Process) {
        self.0.events.abandoned::<LanguageEvent>(&process.id).await;
    }
}
