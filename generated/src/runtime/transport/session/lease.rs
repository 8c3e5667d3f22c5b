//! A reader's share of a subscription.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::buffer::Buffer;
use crate::runtime::method::Channel;

/// A reader's share of a subscription. The server's subscription ends when all of its leases have been released, which
/// dropping does.
pub(crate) struct Lease {
    pub(super) key: u64,
    pub(crate) channel: &'static Channel,
    pub(crate) id: Arc<str>,
    pub(crate) buffer: Arc<Buffer>,
    /// To the connection's task; `None` if the lease has been released.
    pub(super) releases: Option<mpsc::UnboundedSender<Release>>,
}

pub(super) struct Release {
    pub(super) key: u64,
    pub(super) channel: &'static Channel,
    pub(super) id: Arc<str>,
    pub(super) done: Option<UnsubscribeResponse>,
}

/// Receives the server's response to unsubscribing, or `None` if no request was necessary.
pub(super) type UnsubscribeResponse = oneshot::Sender<Option<Bytes>>;

impl Lease {
    /// Releases the lease, and waits for the server's response; `None` if no request was necessary.
    pub(crate) async fn release(mut self) -> Option<Bytes> {
        let (done, response) = oneshot::channel();
        self.send(Some(done));
        response.await.ok().flatten()
    }

    fn send(&mut self, done: Option<UnsubscribeResponse>) {
        if let Some(releases) = self.releases.take() {
            let Self { key, channel, id, .. } = self;
            // A task that has ended has no subscriptions.
            let _ = releases.send(Release { key: *key, channel, id: id.clone(), done });
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.send(None);
    }
}
