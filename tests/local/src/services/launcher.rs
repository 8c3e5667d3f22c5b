//! Where things run: on temporary and on persistent launchers, all of which are this machine.

use std::time::Duration;

use decthings::types::{ExecutionLocation, LauncherSpec, UsedExecutionLocation, UsedPersistentLauncher};

use crate::check;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::Store;
use crate::store::training::temporary;

/// A launcher to run on.
pub(super) struct Location {
    pub(super) used: UsedExecutionLocation,
    /// How long it takes until it has started.
    pub(super) startup: Duration,
}

impl Location {
    pub(super) fn temporary(local: &Local, spec: LauncherSpec) -> Self {
        Self { used: temporary(spec), startup: local.config.launcher_startup }
    }

    /// The first launcher of these that exists, or else a temporary one.
    pub(super) fn of_model(local: &Local, store: &Store, used: &[UsedPersistentLauncher], spec: LauncherSpec) -> Self {
        let launcher = used.iter().find_map(|used| store.launcher(&used.persistent_launcher_id).ok());
        launcher.map_or_else(
            || Self::temporary(local, spec),
            |launcher| Self { used: launcher.used(), startup: launcher.startup() },
        )
    }
}

/// The launcher that a caller asks for.
pub(super) fn locate(local: &Local, store: &Store, path: &str, location: ExecutionLocation) -> Result<Location, Fail> {
    match location {
        ExecutionLocation::TemporaryLauncher(temporary) => {
            check::launcher(&format!("{path}.spec"), &temporary.spec)?;
            Ok(Location::temporary(local, temporary.spec))
        }
        ExecutionLocation::PersistentLauncher(persistent) => {
            let launcher = store.launcher(&persistent.persistent_launcher_id)?;
            Ok(Location { used: launcher.used(), startup: launcher.startup() })
        }
        _ => Err(Fail::invalid(format!("{path}.type"), "must be temporaryLauncher or persistentLauncher")),
    }
}
