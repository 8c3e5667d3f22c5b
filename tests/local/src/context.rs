//! What all services share.

use std::sync::{Mutex, MutexGuard};

use decthings::runtime::{EventHub, EventSet};
use tokio::sync::OnceCell;

use crate::config::LocalConfig;
use crate::error::CallError;
use crate::jobs::pool::Jobs;
use crate::store::Store;
use crate::util;
use crate::workspace::Workspace;

/// The configuration, the data, the jobs in progress, the events, and the folder for programs.
pub(crate) struct Context {
    pub(crate) config: LocalConfig,
    pub(crate) jobs: Jobs,
    pub(crate) events: EventHub,
    store: Mutex<Store>,
    workspace: OnceCell<Workspace>,
}

impl Context {
    pub(crate) fn new(config: LocalConfig) -> Self {
        Self {
            jobs: Jobs::new(&config.limits),
            events: EventHub::new(),
            store: Mutex::new(Store::new(&config)),
            workspace: OnceCell::new(),
            config,
        }
    }

    /// Publishes an event of a session.
    pub(crate) fn publish(&self, session: &str, event: &impl EventSet) {
        // Only an event that cannot be serialized is rejected.
        let _ = self.events.publish(session, event);
    }

    /// The folder for programs, which is made when it is needed.
    pub(crate) async fn workspace(&self) -> Result<&Workspace, CallError> {
        self.workspace.get_or_try_init(async || Workspace::new()).await.map_err(|_| CallError::Unknown)
    }

    /// Stops all jobs and programs, and waits until they have ended.
    pub(crate) async fn shutdown(&self) {
        self.jobs.shutdown().await;
        if let Some(workspace) = self.workspace.get() {
            workspace.close().await;
        }
    }

    /// Locks the data. The lock is never held across an `await`.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        util::lock(&self.store)
    }
}
