//! How much of a call has travelled.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// How much of a call's attempt has travelled, in bytes of its body and its answer's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferProgress {
    /// Bytes that were given to the connection.
    pub sent: u64,
    /// Bytes that are to be sent.
    pub to_send: u64,
    /// Bytes of the answer that have arrived.
    pub received: u64,
    /// Bytes of the answer, once it says how many it has.
    pub to_receive: Option<u64>,
}

/// Who wants to know.
#[derive(Clone)]
pub(crate) struct ProgressCallback(pub(crate) Arc<dyn Fn(TransferProgress) + Send + Sync>);

impl fmt::Debug for ProgressCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressCallback")
    }
}

/// Counts what travels in one attempt.
#[derive(Clone, Debug)]
pub(crate) struct TransferCounter(Arc<(ProgressCallback, Mutex<TransferProgress>)>);

impl TransferCounter {
    pub(crate) fn new(told: ProgressCallback, to_send: usize) -> Self {
        let to_send = u64::try_from(to_send).unwrap_or(u64::MAX);
        Self(Arc::new((told, Mutex::new(TransferProgress { to_send, ..TransferProgress::default() }))))
    }

    /// Changes the count and tells it, if it is another one.
    pub(crate) fn count(&self, change: impl FnOnce(&mut TransferProgress)) {
        let mut now = self.0.1.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *now;
        change(&mut now);
        let after = *now;
        drop(now);
        if before != after {
            self.0.0.0(after);
        }
    }

    /// Everything has arrived.
    pub(crate) fn finish(&self, received: u64) {
        self.count(|now| {
            now.sent = now.to_send;
            now.received = received;
            now.to_receive = Some(received);
        });
    }
}
