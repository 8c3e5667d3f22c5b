//! A Decthings: what it remembers, what it is working on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use decthings::runtime::Router;

use crate::config::LocalConfig;
use crate::jobs::Jobs;
use crate::services::{Datasets, Filesystems, Images, Launchers, Models, Organizations, Users};
use crate::store::Store;

/// A Decthings of its own, with no datasets and no models at first.
pub struct Local {
    pub(crate) config: LocalConfig,
    pub(crate) jobs: Jobs,
    store: Mutex<Store>,
}

impl Local {
    /// Makes one. It does nothing before it is asked something.
    pub fn new(config: LocalConfig) -> Arc<Self> {
        Arc::new(Self { jobs: Jobs::new(&config), store: Mutex::new(Store::new(&config)), config })
    }

    /// What answers calls in this process, without a socket and without keys. It needs a tokio runtime.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .dataset(Arc::new(Datasets(self.clone())))
            .fs(Arc::new(Filesystems(self.clone())))
            .image(Arc::new(Images(self.clone())))
            .model(Arc::new(Models(self.clone())))
            .organization(Arc::new(Organizations(self.clone())))
            .persistent_launcher(Arc::new(Launchers(self.clone())))
            .user(Arc::new(Users(self.clone())))
    }

    /// Its settings.
    pub fn config(&self) -> &LocalConfig {
        &self.config
    }

    /// Stops all jobs and waits until they have ended. What is stored stays readable, but no job starts any more:
    /// calls that need one answer `unknown`.
    pub async fn shutdown(&self) {
        self.jobs.shutdown().await;
    }

    /// Never held while waiting for anything.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
