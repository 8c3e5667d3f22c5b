//! Sessions that are going on: debug sessions, commands, terminals.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Sessions by id.
pub(crate) struct Sessions<T>(Mutex<BTreeMap<String, Arc<T>>>);

impl<T> Sessions<T> {
    pub(crate) fn add(&self, id: &str, session: Arc<T>) {
        self.all().insert(id.to_owned(), session);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<T>> {
        self.all().get(id).cloned()
    }

    pub(crate) fn remove(&self, id: &str) {
        self.all().remove(id);
    }

    /// Those of the ids that there are, each once, or all.
    pub(crate) fn list(&self, ids: Option<&[String]>) -> Vec<Arc<T>> {
        let all = self.all();
        let wanted = |id: &String| ids.is_none_or(|ids| ids.contains(id));
        all.iter().filter(|(id, _)| wanted(id)).map(|(_, session)| session.clone()).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Arc<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Default for Sessions<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

/// How long nothing has happened.
pub(crate) struct Idle {
    last: Mutex<Instant>,
    limit: Duration,
}

impl Idle {
    pub(crate) fn new(limit_seconds: u32) -> Self {
        Self { last: Mutex::new(Instant::now()), limit: Duration::from_secs(limit_seconds.into()) }
    }

    /// Something has happened.
    pub(crate) fn touch(&self) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Waits until nothing has happened for too long.
    pub(crate) async fn too_long(&self) {
        loop {
            let quiet = self.last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
            match self.limit.checked_sub(quiet) {
                Some(left) if !left.is_zero() => tokio::time::sleep(left).await,
                _ => return,
            }
        }
    }
}
