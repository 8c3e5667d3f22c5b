//! A reader's part of a subscription.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::buffer::Buffer;
use crate::runtime::method::Channel;

/// A reader's part of a subscription. Dropping it releases it.
pub(crate) struct Lease {
    pub(super) key: u64,
    pub(super) channel: &'static Channel,
    pub(super) id: String,
    pub(super) buffer: Arc<Buffer>,
    /// The connection's task; taken when the lease has been released.
    pub(super) task: Option<mpsc::UnboundedSender<Release>>,
}

/// A reader releases its part of a subscription.
#[derive(Debug)]
pub(super) struct Release {
    pub(super) key: u64,
    /// Receives the server's response, or nothing if the server was not asked.
    pub(super) done: Option<Released>,
}

/// Receives the server's response to the end of a subscription.
pub(super) type Released = oneshot::Sender<Option<Bytes>>;

impl Lease {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn channel(&self) -> &'static Channel {
        self.channel
    }

    pub(crate) fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// Releases it, and waits for the server's response; nothing if the server did not have to be asked.
    pub(crate) async fn release(mut self) -> Option<Bytes> {
        let (done, response) = oneshot::channel();
        self.send(Some(done));
        response.await.ok().flatten()
    }

    fn send(&mut self, done: Option<Released>) {
        if let Some(task) = self.task.take() {
            // A task that has ended has no subscriptions left.
            let _ = task.send(Release { key: self.key, done });
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.send(None);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("channel", &self.channel).field("id", &self.id).finish_non_exhaustive()
    }
}
