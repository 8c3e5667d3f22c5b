//! Where operations run: on temporary and persistent launchers, all of which are this machine.

use std::time::Duration;

use decthings::types::{
    ExecutionLocation, LauncherSpec, UsedExecutionLocation, UsedExecutionLocationTemporaryLauncher,
    UsedPersistentLauncher,
};

use super::check;
use crate::config::LocalConfig;
use crate::context::Context;
use crate::error::CallError;
use crate::store::Store;

/// Rejects a call that runs a program, unless the configuration allows it. `path` is the parameter that asks for it.
pub(crate) fn check_processes_allowed(config: &LocalConfig, path: &str) -> Result<(), CallError> {
    if config.allow_processes {
        return Ok(());
    }
    Err(CallError::invalid(path, "this server does not run programs; start it with --allow-processes"))
}

/// A launcher to run on.
pub(crate) struct Location {
    pub(crate) used: UsedExecutionLocation,
    /// How long it takes until it has started.
    pub(crate) startup: Duration,
}

impl Location {
    pub(crate) fn temporary(context: &Context, spec: LauncherSpec) -> Self {
        let used = UsedExecutionLocation::TemporaryLauncher(UsedExecutionLocationTemporaryLauncher::new(spec));
        Self { used, startup: context.config.launcher_startup }
    }

    /// The first launcher of these that exists, or else a temporary one.
    pub(crate) fn of_model(
        context: &Context,
        store: &Store,
        used: &[UsedPersistentLauncher],
        spec: LauncherSpec,
    ) -> Self {
        let launcher = used.iter().find_map(|used| store.launchers.find(&used.persistent_launcher_id).ok());
        launcher.map_or_else(
            || Self::temporary(context, spec),
            |launcher| Self { used: launcher.used(), startup: launcher.startup() },
        )
    }
}

/// The launcher that a call asks for.
pub(crate) fn locate(
    context: &Context,
    store: &Store,
    path: &str,
    location: ExecutionLocation,
) -> Result<Location, CallError> {
    match location {
        ExecutionLocation::TemporaryLauncher(temporary) => {
            check::launcher(&format!("{path}.spec"), &temporary.spec)?;
            Ok(Location::temporary(context, temporary.spec))
        }
        ExecutionLocation::PersistentLauncher(persistent) => {
            let launcher = store.launchers.find(&persistent.persistent_launcher_id)?;
            Ok(Location { used: launcher.used(), startup: launcher.startup() })
        }
        _ => Err(CallError::invalid(format!("{path}.type"), "must be temporaryLauncher or persistentLauncher")),
    }
}
