//! Where things run: on launchers by specification, all of which are this machine.

use decthings::types::{ExecutionLocation, LauncherSpec};

use crate::check;
use crate::fail::Fail;

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
