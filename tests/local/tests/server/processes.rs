//! Programs, terminals and language servers, over a WebSocket.

use std::path::Path;
use std::sync::Arc;

use decthings::api::language::{LanguageEvent, LanguageServerLanguage};
use decthings::api::spawned::{SpawnForModelOptions, SpawnOptions, SpawnedEvent};
use decthings::api::terminal::{TerminalEvent, TerminalSessionOptions, TerminalSize};
use decthings::types::{SpawnedCommandTerminatedReason, TerminalSessionTerminatedReason};
use decthings::{Client, Subscription, Update};
use decthings_local::{Local, LocalServer, StartError};

use crate::support;
use crate::support::{LOOPBACK, client_of, config, error_code, launcher, new_model, within};

async fn start() -> (Arc<Local>, LocalServer, Client) {
    let config = config().allow_processes(true).language_server("python", "cat", [""; 0]);
    let local = Local::new(config);
    let server = LocalServer::start(local.clone(), LOOPBACK.into()).await.unwrap();
    let client = client_of(&server, server.key());
    (local, server, client)
}

pub fn shell(script: &str) -> Vec<String> {
    vec!["-c".to_owned(), script.to_owned()]
}

/// Waits for the end of a command. Returns its output, its errors, and why it ended.
async fn ended(mut events: Subscription<SpawnedEvent>) -> (String, String, SpawnedCommandTerminatedReason) {
    let (mut output, mut errors) = (String::new(), String::new());
    loop {
        match events.next().await {
            Some(Update::Event(SpawnedEvent::Stdout(event))) => {
                output.push_str(&String::from_utf8_lossy(event.data.as_bytes().unwrap()))
            }
            Some(Update::Event(SpawnedEvent::Stderr(event))) => {
                errors.push_str(&String::from_utf8_lossy(event.data.as_bytes().unwrap()))
            }
            Some(Update::Event(SpawnedEvent::Exit(exit))) => return (output, errors, exit.reason.unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

/// Waits for a number of lines in the output of a command.
pub async fn printed(events: &mut Subscription<SpawnedEvent>, lines: usize) -> String {
    let mut all = String::new();
    while all.matches('\n').count() < lines {
        match events.next().await {
            Some(Update::Event(SpawnedEvent::Stdout(event))) => {
                all.push_str(&String::from_utf8_lossy(event.data.as_bytes().unwrap()))
            }
            other => panic!("{other:?}"),
        }
    }
    all.trim().to_owned()
}

/// Whether a process exists and is not a zombie.
pub fn is_running(id: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    status.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}

/// Waits until a process has disappeared, which takes a moment after it has been killed.
pub async fn is_gone(id: &str) {
    while is_running(id) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn programs_are_rejected_by_default() {
    within(async {
        let (server, client) = support::start(config()).await;
        let model = new_model(&client, "a", "mlp").await;
        let rejected = "invalid_parameter executionLocation";
        let spawned = client.spawned();
        assert_eq!(error_code(spawned.spawn_command(launcher(), "true", [""; 0]).await), rejected);
        let for_model = spawned.spawn_command_for_model(&model, launcher(), "true", [""; 0]);
        assert_eq!(error_code(for_model.await), rejected);
        assert!(spawned.get_spawned_commands().await.unwrap().spawned_commands.is_empty());
        assert_eq!(error_code(spawned.terminate_spawned_command("a").await), "spawned_command_not_found");
        assert_eq!(error_code(spawned.write_to_spawned_command("a", "b").await), "spawned_command_not_found");
        let terminal = client.terminal();
        assert_eq!(error_code(terminal.launch_terminal_session(&model, launcher()).await), rejected);
        assert_eq!(error_code(terminal.terminate_terminal_session("a").await), "terminal_session_not_found");
        let language = client.language().start_language_server(&model, LanguageServerLanguage::Python).await;
        assert_eq!(error_code(language), "invalid_parameter language");
        let unknown = client.language().write_to_language_server("a", "b").await;
        assert_eq!(error_code(unknown), "language_server_not_found");
        server.shutdown().await;

        let both = config().allow_processes(true).allow_remote(true);
        let rejected = LocalServer::start(Local::new(both), LOOPBACK.into()).await;
        assert!(matches!(rejected, Err(StartError::RemoteProcesses)), "{rejected:?}");
    })
    .await;
}

#[tokio::test]
async fn command_reads_input_and_reports_its_exit() {
    within(async {
        let (_, server, client) = start().await;
        let spawned = client.spawned();
        let script = "read line; echo \"got $line\"; echo no >&2; exit 3";
        let events = spawned.spawn_command(launcher(), "sh", shell(script)).subscribe().await.unwrap();
        assert_eq!(spawned.get_spawned_commands().await.unwrap().spawned_commands[0].id, events.id());
        events.write_to_spawned_command("hello\n").await.unwrap();
        let (output, errors, reason) = ended(events).await;
        assert_eq!((output.as_str(), errors.as_str()), ("got hello\n", "no\n"));
        assert!(matches!(&reason, SpawnedCommandTerminatedReason::ProcessExit(exit) if exit.exit_code == Some(3)));

        let events = spawned.spawn_command(launcher(), "sh", shell("kill -TERM $$")).subscribe().await.unwrap();
        match ended(events).await.2 {
            SpawnedCommandTerminatedReason::ProcessExit(exit) => assert_eq!(exit.signal.as_deref(), Some("SIGTERM")),
            other => panic!("{other:?}"),
        }
        let missing = spawned.spawn_command(launcher(), "no-such-program", [""; 0]).await;
        assert_eq!(error_code(missing), "invalid_parameter command");
        assert!(spawned.get_spawned_commands().await.unwrap().spawned_commands.is_empty());
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn terminated_command_leaves_no_process_or_folder() {
    within(async {
        let (local, server, client) = start().await;
        let spawned = client.spawned();
        let script = "pwd; sleep 1000 & echo $!; wait";
        for shut_down in [false, true] {
            let mut events = spawned.spawn_command(launcher(), "sh", shell(script)).subscribe().await.unwrap();
            let text = printed(&mut events, 2).await;
            let (folder, child) = text.split_once('\n').unwrap();
            assert!(Path::new(folder).is_dir() && is_running(child), "{text}");
            let reason = if shut_down {
                let (reason, ()) = tokio::join!(async { ended(events).await.2 }, local.shutdown());
                reason
            } else {
                events.terminate_spawned_command().await.unwrap();
                ended(events).await.2
            };
            let expected = match shut_down {
                true => SpawnedCommandTerminatedReason::LauncherTerminated,
                false => SpawnedCommandTerminatedReason::TerminatedOnRequest,
            };
            assert_eq!(reason, expected);
            is_gone(child).await;
            while Path::new(folder).exists() {
                tokio::task::yield_now().await;
            }
        }
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn timeouts_end_a_command() {
    within(async {
        let (_, server, client) = start().await;
        let spawned = client.spawned();
        let short = SpawnOptions::new().timeout_seconds(1);
        let long = spawned.spawn_command(launcher(), "cat", [""; 0]).options(short).subscribe().await.unwrap();
        let short = SpawnOptions::new().timeout_after_inactive_seconds(1);
        let idle = spawned.spawn_command(launcher(), "cat", [""; 0]).options(short).subscribe().await.unwrap();
        assert_eq!(ended(long).await.2, SpawnedCommandTerminatedReason::Unknown);
        assert_eq!(ended(idle).await.2, SpawnedCommandTerminatedReason::InactiveTimeout);
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn command_reads_and_writes_the_files_of_models() {
    within(async {
        let (_, server, client) = start().await;
        let (one, two) = (new_model(&client, "a", "mlp").await, new_model(&client, "b", "mlp").await);
        let spawned = client.spawned();
        let script = "echo hello > greeting; cp greeting ../$OTHER/copy".replace("$OTHER", &two);
        let access = [decthings::types::FilesystemAccess::new(&two)];
        let options = SpawnForModelOptions::new().add_filesystem_access(access);
        let call = spawned.spawn_command_for_model(&one, launcher(), "sh", shell(&script)).options(options);
        let (_, errors, _) = ended(call.subscribe().await.unwrap()).await;
        assert_eq!(errors, "");
        for (model, name) in [(&one, "greeting"), (&two, "copy")] {
            client.fs().lookup(model, 1, name).await.unwrap();
            let again = spawned.spawn_command_for_model(model, launcher(), "cat", [name]).subscribe().await.unwrap();
            assert_eq!(ended(again).await.0, "hello\n");
        }
        server.shutdown().await;
    })
    .await;
}

#[tokio::test]
async fn terminal_has_a_size_and_reads_input() {
    within(async {
        let (_, server, client) = start().await;
        let model = new_model(&client, "a", "mlp").await;
        let options = TerminalSessionOptions::new().cols(100).rows(30);
        let call = client.terminal().launch_terminal_session(&model, launcher()).options(options);
        let mut events = call.subscribe().await.unwrap();
        events.write_to_terminal_session("stty size\n").await.unwrap();
        shown(&mut events, "30 100").await;
        events.resize_terminal_session(TerminalSize::new(120, 40)).await.unwrap();
        events.write_to_terminal_session("stty size; echo typed > file\n").await.unwrap();
        shown(&mut events, "40 120").await;
        let sessions = client.terminal().get_terminal_sessions().await.unwrap().terminal_sessions;
        assert_eq!((sessions.len(), &sessions[0].model_id), (1, &model));
        events.write_to_terminal_session("exit 4\n").await.unwrap();
        loop {
            if let Some(Update::Event(TerminalEvent::Exit(exit))) = events.next().await {
                match exit.reason.unwrap() {
                    TerminalSessionTerminatedReason::ProcessExit(exit) => assert_eq!(exit.exit_code, Some(4)),
                    other => panic!("{other:?}"),
                }
                break;
            }
        }
        client.fs().lookup(&model, 1, "file").await.unwrap();
        server.shutdown().await;
    })
    .await;
}

async fn shown(events: &mut Subscription<TerminalEvent>, until: &str) {
    let mut all = String::new();
    while !all.contains(until) {
        match events.next().await {
            Some(Update::Event(TerminalEvent::Data(event))) => {
                all.push_str(&String::from_utf8_lossy(event.data.as_bytes().unwrap()))
            }
            other => panic!("{other:?} after {all:?}"),
        }
    }
}

#[tokio::test]
async fn language_server_ends_with_its_connection() {
    within(async {
        let (_, server, client) = start().await;
        let model = new_model(&client, "a", "mlp").await;
        let call = client.language().start_language_server(&model, LanguageServerLanguage::Python);
        let mut events = call.subscribe().await.unwrap();
        let id = events.id().to_owned();
        events.write_to_language_server("hello").await.unwrap();
        match events.next().await {
            Some(Update::Event(LanguageEvent::Data(event))) => assert_eq!(event.data.as_bytes().unwrap(), b"hello"),
            other => panic!("{other:?}"),
        }
        drop(events);
        while client.language().write_to_language_server(&id, "still there?").await.is_ok() {
            tokio::task::yield_now().await;
        }
        server.shutdown().await;
    })
    .await;
}
