//! Child processes: how they are started, and how they are killed.

use std::ffi::OsString;
use std::fs::{read_dir, read_to_string};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use bytes::Bytes;
use decthings::types::ProcessExit;
use pty_process::{OwnedWritePty, Size};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::Receiver;

use super::folder::Folder;
use crate::workspace::TEMPORARY_VARIABLE;

/// The most output that is read at once, in bytes.
const READ_BYTES: usize = 1 << 14;

/// A program that has just been started, with its pipes or its terminal.
pub(crate) struct ChildProcess {
    pub(super) child: Child,
    pub(super) input: Input,
    pub(super) output: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) errors: Box<dyn AsyncRead + Send + Unpin>,
}

/// A program to start.
pub(crate) struct Program<'a> {
    pub(crate) name: &'a str,
    pub(crate) args: &'a [String],
    pub(crate) folder: &'a Folder,
    /// The rows and columns of its terminal. Without, it has pipes.
    pub(crate) terminal: Option<(u16, u16)>,
}

impl Program<'_> {
    pub(crate) fn start(&self) -> io::Result<ChildProcess> {
        match self.terminal {
            Some(size) => on_terminal(self, size),
            None => with_pipes(self),
        }
    }
}

/// What is written to a program.
pub(super) enum InputEvent {
    Bytes(Bytes),
    Resize(u16, u16),
}

/// The standard input of a program.
pub(super) enum Input {
    Pipe(Box<dyn AsyncWrite + Send + Unpin>),
    Terminal(OwnedWritePty),
}

/// Starts a program with pipes, in its own process group.
fn with_pipes(program: &Program<'_>) -> io::Result<ChildProcess> {
    let mut command = Command::new(program.name);
    command.args(program.args).current_dir(program.folder.path()).process_group(0).kill_on_drop(true);
    command.env_clear().envs(environment(program)).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let missing = || io::Error::other("a pipe is missing");
    let input = Input::Pipe(Box::new(child.stdin.take().ok_or_else(missing)?));
    let output = Box::new(child.stdout.take().ok_or_else(missing)?);
    let errors = Box::new(child.stderr.take().ok_or_else(missing)?);
    Ok(ChildProcess { child, input, output, errors })
}

/// Starts a program on its own terminal, in its own session.
fn on_terminal(program: &Program<'_>, (rows, columns): (u16, u16)) -> io::Result<ChildProcess> {
    let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
    pty.resize(Size::new(rows, columns)).map_err(io::Error::other)?;
    let mut command = pty_process::Command::new(program.name).args(program.args).current_dir(program.folder.path());
    command = command.env_clear().envs(environment(program)).env("TERM", "xterm-256color").kill_on_drop(true);
    let child = command.spawn(pts).map_err(io::Error::other)?;
    let (output, input) = pty.into_split();
    Ok(ChildProcess {
        child,
        input: Input::Terminal(input),
        output: Box::new(output),
        errors: Box::new(tokio::io::empty()),
    })
}

/// The environment of a program: that of the server without what is meant for the server, such as the API key, and with
/// the folder for temporary files, by which the workspace finds the program.
fn environment(program: &Program<'_>) -> impl Iterator<Item = (OsString, OsString)> {
    let own = std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"DECTHINGS_"));
    own.chain([(TEMPORARY_VARIABLE.into(), program.folder.temporary().into())])
}

/// Kills a process with its group, and all other processes of the session that it leads.
pub(crate) fn kill(leader: u32) {
    let Some(group) = pid(leader) else { return };
    // A process that has ended already needs no killing.
    let _ = kill_process_group(group, Signal::KILL);
    for process in members(leader) {
        let _ = kill_process(process, Signal::KILL);
    }
}

/// The processes of a session, where the system has a folder of processes.
fn members(session: u32) -> impl Iterator<Item = Pid> {
    let entries = read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(move |entry| {
        let process = entry.file_name().to_str()?.parse().ok()?;
        let status = read_to_string(entry.path().join("stat")).ok()?;
        // The name, in parentheses, may hold anything. Behind it are the state, the parent, the group, the session.
        let (_, status) = status.rsplit_once(')')?;
        let is_member = status.split_whitespace().nth(3)?.parse() == Ok(session);
        if is_member { pid(process) } else { None }
    })
}

/// The id of a process is never 0, which would stand for the group of this process.
fn pid(id: u32) -> Option<Pid> {
    let id = i32::try_from(id).ok().filter(|id| *id > 0)?;
    Pid::from_raw(id)
}

/// Reads until the end, which a terminal reports as an error.
pub(crate) async fn read_all(mut from: impl AsyncRead + Unpin, report: impl Fn(Bytes)) {
    let mut buffer = vec![0; READ_BYTES];
    while let Ok(length) = from.read(&mut buffer).await {
        match buffer.get(..length) {
            Some(data) if !data.is_empty() => report(Bytes::copy_from_slice(data)),
            _ => return,
        }
    }
}

/// Writes until the program stops reading. The rest is lost, as with any pipe.
pub(super) async fn write_all(mut input: Input, mut events: Receiver<InputEvent>) {
    while let Some(event) = events.recv().await {
        let written = match (&mut input, event) {
            (Input::Pipe(pipe), InputEvent::Bytes(data)) => match pipe.write_all(&data).await {
                Ok(()) => pipe.flush().await,
                failed => failed,
            },
            (Input::Terminal(terminal), InputEvent::Bytes(data)) => terminal.write_all(&data).await,
            (Input::Terminal(terminal), InputEvent::Resize(rows, columns)) => {
                let _ = terminal.resize(Size::new(rows, columns));
                Ok(())
            }
            (Input::Pipe(_), InputEvent::Resize(..)) => Ok(()),
        };
        if written.is_err() {
            break;
        }
    }
}

/// An exit status as the API has it.
pub(crate) fn process_exit(status: ExitStatus) -> ProcessExit {
    let mut exit = ProcessExit::new(false);
    exit.exit_code = status.code();
    exit.signal = status.signal().map(signal_name);
    exit
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}
