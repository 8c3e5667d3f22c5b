//! The progress of transfers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The progress of an attempt of a call, in bytes of the bodies of the request and the response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransferProgress {
    /// The number of bytes that were written to the connection.
    pub sent: u64,
    /// The number of bytes of the request.
    pub to_send: u64,
    /// The number of bytes of the response that were received.
    pub received: u64,
    /// The number of bytes of the response; `None` if it is not known yet.
    pub to_receive: Option<u64>,
}

#[derive(Clone)]
pub(crate) struct ProgressCallback(pub(crate) Arc<dyn Fn(TransferProgress) + Send + Sync>);

impl fmt::Debug for ProgressCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProgressCallback")
    }
}

/// Counts the transferred bytes of an attempt.
#[derive(Clone, Debug)]
pub(crate) struct TransferCounter(Arc<(ProgressCallback, Mutex<TransferProgress>)>);

impl TransferCounter {
    pub(crate) fn new(callback: ProgressCallback, to_send: usize) -> Self {
        let to_send = u64::try_from(to_send).unwrap_or(u64::MAX);
        Self(Arc::new((callback, Mutex::new(TransferProgress { to_send, ..TransferProgress::default() }))))
    }

    /// Updates the progress, and reports it if it has changed.
    pub(crate) fn count(&self, update: impl FnOnce(&mut TransferProgress)) {
        let mut now = self.0.1.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *now;
        update(&mut now);
        let after = *now;
        drop(now);
        if before != after {
            self.0.0.0(after);
        }
    }

    /// Reports that the response was received completely.
    pub(crate) fn finish(&self, received: u64) {
        self.count(|now| {
            now.sent = now.to_send;
            now.received = received;
            now.to_receive = Some(received);
        });
    }
}
