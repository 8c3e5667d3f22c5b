//! Values that tasks wait for, and signals that stop them.

use std::sync::Arc;

use tokio::sync::SetOnce;

/// A value that is set once, and that many tasks can wait for. Clones share it.
pub(crate) struct Once<T>(Arc<SetOnce<T>>);

impl<T: Clone> Once<T> {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Sets the value, unless it is set already.
    pub(crate) fn set(&self, value: T) {
        // The first value counts.
        let _ = self.0.set(value);
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.initialized()
    }

    pub(crate) fn get(&self) -> Option<T> {
        self.0.get().cloned()
    }

    pub(crate) async fn wait(&self) -> T {
        self.0.wait().await.clone()
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Clone for Once<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Why a job should end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopReason {
    Cancelled,
    ShuttingDown,
    TimeLimit,
}

/// Asks a job to stop.
pub(crate) type StopSignal = Once<StopReason>;
