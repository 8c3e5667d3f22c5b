//! The folder for the programs of a server, which is cleaned up even if the server is killed.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File, read_dir, remove_dir, symlink_metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::util;

/// The environment variable of programs that holds a folder in the workspace.
pub(crate) const TEMPORARY_VARIABLE: &str = "TMPDIR";

/// Waits for the end of the server, and cleans up after it.
const CLEANER: &str = include_str!("workspace.sh");

/// How long it may take to clean up.
const CLEANING_TIMEOUT: Duration = Duration::from_secs(5);

/// The names of workspaces: this, and 16 hexadecimal digits.
const PREFIX: &str = "decthings-local-";

/// A folder for the programs of a server.
///
/// The server holds a lock on it, so that its end shows that the server has ended. A shell waits for that too: when the
/// pipe to it closes, it kills the programs that are left, and deletes the folder. If the shell is killed with the server,
/// [`clean_up`] does the same.
pub(crate) struct Workspace {
    path: PathBuf,
    _lock: File,
    cleaner: Mutex<Option<Child>>,
}

impl Workspace {
    /// Makes a workspace. It needs a tokio runtime.
    pub(crate) fn new() -> io::Result<Self> {
        let temporary = std::env::temp_dir().canonicalize()?;
        for _ in 0..8 {
            let id: String = util::new_id().chars().take(16).collect();
            let path = temporary.join(format!("{PREFIX}{id}"));
            DirBuilder::new().mode(0o700).create(&path)?;
            // A server that starts at this moment may delete a folder that is not locked yet.
            if let Some(lock) = lock(&path) {
                let cleaner = Mutex::new(Some(cleaner(&path, Stdio::piped())?));
                return Ok(Self { path, _lock: lock, cleaner });
            }
            let _ = remove_dir(&path);
        }
        Err(io::Error::other("a folder for programs cannot be locked"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Kills the programs that are left, and deletes the folder.
    pub(crate) async fn close(&self) {
        let cleaner = util::lock(&self.cleaner).take();
        if let Some(cleaner) = cleaner {
            finish(cleaner).await;
        }
    }
}

/// Cleans up after servers of this user that were killed.
pub(crate) async fn clean_up() {
    let Ok(temporary) = std::env::temp_dir().canonicalize() else { return };
    let Ok(entries) = read_dir(temporary) else { return };
    for entry in entries.flatten() {
        if is_name(&entry.file_name())
            && let Some(_lock) = lock(&entry.path())
            && let Ok(cleaner) = cleaner(&entry.path(), Stdio::null())
        {
            finish(cleaner).await;
        }
    }
}

fn is_name(name: &OsStr) -> bool {
    let id = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    id.is_some_and(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Locks a folder of this user that no server holds.
fn lock(path: &Path) -> Option<File> {
    let is_own =
        |metadata: &std::fs::Metadata| metadata.is_dir() && metadata.uid() == rustix::process::geteuid().as_raw();
    // Not through a symbolic link.
    symlink_metadata(path).ok().filter(is_own)?;
    let folder = File::open(path).ok()?;
    folder.try_lock().ok()?;
    // It may have been deleted in the meantime.
    let (locked, now) = (folder.metadata().ok()?, symlink_metadata(path).ok().filter(is_own)?);
    ((locked.dev(), locked.ino()) == (now.dev(), now.ino())).then_some(folder)
}

/// Starts a shell that cleans a workspace up when its standard input ends. It has a process group of its own, so that
/// Ctrl-C does not reach it.
fn cleaner(path: &Path, stdin: Stdio) -> io::Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", CLEANER, "sh"]).arg(path).current_dir("/").process_group(0);
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.stdin(stdin).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

async fn finish(mut cleaner: Child) {
    drop(cleaner.stdin.take());
    // It goes on in the background.
    let _ = timeout(CLEANING_TIMEOUT, cleaner.wait()).await;
}
