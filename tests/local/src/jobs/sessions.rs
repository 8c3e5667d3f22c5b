//! Sessions in progress: debug sessions, commands, terminals, language servers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::util;

/// Sessions by id. Clones share them.
pub(crate) struct Sessions<T>(Arc<Mutex<BTreeMap<String, Arc<T>>>>);

impl<T> Sessions<T> {
    pub(crate) fn add(&self, id: &str, session: Arc<T>) {
        util::lock(&self.0).insert(id.to_owned(), session);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<T>> {
        util::lock(&self.0).get(id).cloned()
    }

    pub(crate) fn remove(&self, id: &str) {
        util::lock(&self.0).remove(id);
    }

    /// The sessions that have one of the ids, each once, or all.
    pub(crate) fn list(&self, ids: Option<&[String]>) -> Vec<Arc<T>> {
        let all = util::lock(&self.0);
        let wanted = |id: &String| ids.is_none_or(|ids| ids.contains(id));
        all.iter().filter(|(id, _)| wanted(id)).map(|(_, session)| session.clone()).collect()
    }
}

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Sessions<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// A time limit for inactivity.
pub(crate) struct IdleTimeout {
    last_activity: Mutex<Instant>,
    limit: Duration,
}

impl IdleTimeout {
    /// The limit of sessions that have none of their own.
    pub(crate) const DEFAULT_SECONDS: u32 = 1800;

    pub(crate) fn new(limit_seconds: u32) -> Self {
        Self { last_activity: Mutex::new(Instant::now()), limit: Duration::from_secs(limit_seconds.into()) }
    }

    /// Records activity.
    pub(crate) fn reset(&self) {
        *util::lock(&self.last_activity) = Instant::now();
    }

    /// Waits until there has been no activity for too long.
    pub(crate) async fn elapsed(&self) {
        loop {
            let idle = util::lock(&self.last_activity).elapsed();
            match self.limit.checked_sub(idle) {
                Some(left) if !left.is_zero() => tokio::time::sleep(left).await,
                _ => return,
            }
        }
    }
}
