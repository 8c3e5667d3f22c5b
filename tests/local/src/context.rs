//! What all services share.

use std::sync::{Mutex, MutexGuard};

use decthings::runtime::{EventHub, EventSet};

use crate::config::LocalConfig;
use crate::jobs::pool::Jobs;
use crate::store::Store;
use crate::util;

/// The configuration, the data, the jobs in progress, and the events.
pub(crate) struct Context {
    pub(crate) config: LocalConfig,
    pub(crate) jobs: Jobs,
    pub(crate) events: EventHub,
    store: Mutex<Store>,
}

impl Context {
    pub(crate) fn new(config: LocalConfig) -> Self {
        Self {
            jobs: Jobs::new(&config.limits),
            events: EventHub::new(),
            store: Mutex::new(Store::new(&config)),
            config,
        }
    }

    /// Publishes an event of a session.
    pub(crate) fn publish(&self, session: &str, event: &impl EventSet) {
        // Only an event that cannot be serialized is rejected.
        let _ = self.events.publish(session, event);
    }

    /// Locks the data. The lock is never held across an `await`.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        util::lock(&self.store)
    }
}
