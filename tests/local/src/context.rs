//! What all services share.

use std::ops::Deref;
use std::path::Path;
use std::sync::Mutex;

use decthings::runtime::{EventHub, EventSet};
use decthings::types::UsedExecutionLocation;
use tokio::sync::OnceCell;

use crate::config::LocalConfig;
use crate::error::CallError;
use crate::jobs::pool::Jobs;
use crate::storage::error::OpenError;
use crate::store::Store;
use crate::store::change::Change;
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
    /// With the data in memory.
    pub(crate) fn in_memory(config: LocalConfig) -> Self {
        let store = Store::in_memory(&config);
        Self::new(config, store)
    }

    /// With the data in a folder.
    pub(crate) fn open(config: LocalConfig, folder: &Path) -> Result<Self, OpenError> {
        let store = Store::open(&config, folder)?;
        Ok(Self::new(config, store))
    }

    fn new(config: LocalConfig, store: Store) -> Self {
        Self {
            jobs: Jobs::new(&config.limits),
            events: EventHub::new(),
            store: Mutex::new(store),
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

    /// Locks the data to read it. The lock is never held across an `await`.
    pub(crate) fn store(&self) -> impl Deref<Target = Store> {
        util::lock(&self.store)
    }

    /// Locks the data to change it. The lock is never held across an `await`.
    pub(crate) fn change(&self) -> Change<'_> {
        Change::new(util::lock(&self.store))
    }

    /// Records that an operation on a launcher has ended.
    pub(crate) fn vacate(&self, location: &UsedExecutionLocation, id: &str) {
        let mut store = self.change();
        store.launchers.vacate(location, id);
        // If that fails, the launcher is deleted at the next start.
        let _ = store.commit();
    }
}
