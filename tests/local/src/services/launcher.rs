//! Where things run: on launchers by specification, all of which are this machine.

use decthings::types::{ExecutionLocation, LauncherSpec};

use crate::check;
use crate::config::LocalConfig;
use crate::fail::Fail;

/// Refuses to run programs unless that has been allowed. `path` is the parameter that asks for it.
pub(super) fn check_processes(config: &LocalConfig, path: &str) -> Result<(), Fail> {
    if config.allow_processes {
        return Ok(());
    }
    Err(Fail::invalid(path, "no programs run here; start the server with --allow-processes to let them"))
}

/// The specification of the launcher to run on. There are no persistent launchers.
pub(super) fn spec(path: &str, location: ExecutionLocation) -> Result<LauncherSpec, Fail> {
    match location {
        ExecutionLocation::TemporaryLauncher(temporary) => {
            check::launcher(&format!("{path}.spec"), &temporary.spec)?;
            Ok(temporary.spec)
        }
        ExecutionLocation::PersistentLauncher(_) => Err(Fail::PersistentLauncherNotFound),
        _ => Err(Fail::invalid(format!("{path}.type"), "must be temporaryLauncher or persistentLauncher")),
    }
}
