//! How programs are started.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;

use pty_process::{OwnedWritePty, Size};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};

/// A program that has just been started, and its ends.
pub(crate) struct Started {
    pub(super) child: Child,
    pub(super) input: Input,
    pub(super) output: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) errors: Box<dyn AsyncRead + Send + Unpin>,
}

/// What a program is to be.
pub(crate) struct Running<'a> {
    pub(crate) program: &'a str,
    pub(crate) args: &'a [String],
    pub(crate) folder: &'a Path,
}

/// Where to write to.
pub(super) enum Input {
    Pipe(Box<dyn AsyncWrite + Send + Unpin>),
    Terminal(OwnedWritePty),
}

/// Starts a program with pipes, in a group of its own.
pub(crate) fn piped(running: &Running<'_>) -> io::Result<Started> {
    let mut command = Command::new(running.program);
    command.args(running.args).current_dir(running.folder).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in secrets() {
        command.env_remove(name);
    }
    let mut child = command.spawn()?;
    let missing = || io::Error::other("a pipe is missing");
    let input = Input::Pipe(Box::new(child.stdin.take().ok_or_else(missing)?));
    let output = Box::new(child.stdout.take().ok_or_else(missing)?);
    let errors = Box::new(child.stderr.take().ok_or_else(missing)?);
    Ok(Started { child, input, output, errors })
}

/// Starts a program on a terminal of its own, in a session of its own.
pub(crate) fn terminal(running: &Running<'_>, (rows, columns): (u16, u16)) -> io::Result<Started> {
    let (pty, pts) = pty_process::open().map_err(io::Error::other)?;
    pty.resize(Size::new(rows, columns)).map_err(io::Error::other)?;
    let mut command = pty_process::Command::new(running.program).args(running.args).current_dir(running.folder);
    command = command.env("TERM", "xterm-256color").kill_on_drop(true);
    for name in secrets() {
        command = command.env_remove(name);
    }
    let child = command.spawn(pts).map_err(io::Error::other)?;
    let (output, input) = pty.into_split();
    Ok(Started { child, input: Input::Terminal(input), output: Box::new(output), errors: Box::new(tokio::io::empty()) })
}

/// The variables that are no business of a program, such as the API key.
fn secrets() -> impl Iterator<Item = OsString> {
    std::env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("DECTHINGS_"))
}
