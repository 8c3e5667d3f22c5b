//! What a program can change: where Linux has Landlock, only its own folder.

use std::io;
use std::path::PathBuf;

use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

/// Starts a program that can write into its folder and devices only, and cannot send signals to other programs or read their
/// memory. On systems without Landlock, or with an older version of it, less is restricted, or nothing.
///
/// A thread and the processes that it starts have the restrictions of the thread, which cannot be lifted any more.
pub(super) async fn spawn(mut command: Command, folder: PathBuf) -> io::Result<Child> {
    let (sender, started) = oneshot::channel();
    let runtime = Handle::current();
    std::thread::Builder::new().name("program-start".to_owned()).spawn(move || {
        let _runtime = runtime.enter();
        let child = confine_thread(&folder).and_then(|()| command.spawn());
        // If nobody waits for the program any more, it is killed.
        let _ = sender.send(child);
    })?;
    started.await.map_err(io::Error::other)?
}

#[cfg(target_os = "linux")]
fn confine_thread(folder: &std::path::Path) -> io::Result<()> {
    use landlock::{ABI, AccessFs, PathBeneath, PathFd, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, Scope};

    let confine = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let writes = AccessFs::from_write(ABI::V3);
        let mut rules = Ruleset::default().handle_access(writes)?.scope(Scope::Signal)?.create()?;
        for path in [folder, std::path::Path::new("/dev")] {
            rules = rules.add_rule(PathBeneath::new(PathFd::new(path)?, writes))?;
        }
        rules.restrict_self()?;
        Ok(())
    };
    confine().map_err(|error| io::Error::other(format!("the program cannot be confined to its folder: {error}")))
}

#[cfg(not(target_os = "linux"))]
fn confine_thread(_: &std::path::Path) -> io::Result<()> {
    Ok(())
}
