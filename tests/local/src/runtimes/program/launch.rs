//! Starting a program.

use std::ffi::OsString;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::confine;
use super::folder::ProgramFolder;
use crate::runtimes::code::EntryPoint;
use crate::runtimes::failure::Failure;
use crate::workspace::TEMPORARY_VARIABLE;

/// How often a start is repeated while the executable is open for writing, as it is in a process that another thread has
/// just forked.
const BUSY_RETRIES: usize = 50;
const BUSY_DELAY: Duration = Duration::from_millis(10);

/// `ENOEXEC`: the file is no executable.
const NO_EXECUTABLE: i32 = 8;

/// Starts the program of a model, in a process group of its own.
///
/// It gets none of the server's environment but `PATH`, with which it finds the programs that it starts itself. Python
/// prints without a buffer, so that the output arrives in time, and is not lost with the process.
pub(super) async fn launch(entry: &EntryPoint, python: &Path, folder: &ProgramFolder) -> Result<Child, Failure> {
    let mut retries = BUSY_RETRIES;
    loop {
        let command = command(entry, python, folder)?;
        match confine::spawn(command, folder.root().to_owned()).await {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && retries > 0 => {
                retries = retries.saturating_sub(1);
                tokio::time::sleep(BUSY_DELAY).await;
            }
            started => return started.map_err(|error| failure(entry, python, &error)),
        }
    }
}

fn command(entry: &EntryPoint, python: &Path, folder: &ProgramFolder) -> Result<Command, Failure> {
    let mut command = match entry {
        EntryPoint::Python(_) => {
            let mut command = Command::new(interpreter(python));
            command.args(["-m", "decthings_model"]).env_clear().env("PYTHONUNBUFFERED", "1");
            command
        }
        EntryPoint::Executable(path) => {
            if std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o100 == 0) {
                return Err(Failure::UnreadableExecutable);
            }
            let mut command = Command::new(path);
            command.env_clear();
            command
        }
    };
    command.envs(environment(folder)).current_dir(folder.model()).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Ok(command)
}

fn environment(folder: &ProgramFolder) -> impl Iterator<Item = (OsString, OsString)> {
    let path = std::env::var_os("PATH").map(|path| ("PATH".into(), path));
    let own = [("IPC_PATH".into(), folder.socket().into()), (TEMPORARY_VARIABLE.into(), folder.temporary().into())];
    path.into_iter().chain(own)
}

/// A path is relative to the folder of the server, not to that of the program. Symbolic links stay: by them, an
/// interpreter finds its virtual environment.
fn interpreter(python: &Path) -> PathBuf {
    if python.components().count() < 2 { python.to_owned() } else { std::path::absolute(python).unwrap_or_default() }
}

fn failure(entry: &EntryPoint, python: &Path, error: &io::Error) -> Failure {
    match (entry, error.kind()) {
        (EntryPoint::Python(_), _) => {
            let python = python.display();
            Failure::Exception(format!("Python does not start as {python}: {error}; choose another with --python"))
        }
        (EntryPoint::Executable(_), io::ErrorKind::NotFound) => Failure::InvalidExecutable,
        _ if error.raw_os_error() == Some(NO_EXECUTABLE) => Failure::InvalidExecutable,
        _ => Failure::UnreadableExecutable,
    }
}
