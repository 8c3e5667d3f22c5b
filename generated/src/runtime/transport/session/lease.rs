//! The right to the events of an id.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::buffer::Buffer;
use super::shared::Shared;
use crate::runtime::method::Channel;

/// A reader's part of a subscription. Dropping it gives it back.
pub(crate) struct Lease {
    shared: Arc<Shared>,
    key: u64,
    channel: &'static Channel,
    id: String,
    buffer: Arc<Buffer>,
    held: bool,
}

impl Lease {
    pub(super) fn new(
        shared: Arc<Shared>,
        key: u64,
        channel: &'static Channel,
        id: String,
        buffer: Arc<Buffer>,
    ) -> Self {
        Self { shared, key, channel, id, buffer, held: true }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn channel(&self) -> &'static Channel {
        self.channel
    }

    pub(crate) fn buffer(&self) -> &Buffer {
        &self.buffer
    }

    /// Gives it back, and waits for the server's answer; nothing if the server did not have to be asked.
    pub(crate) async fn give_back(mut self) -> Option<Bytes> {
        let (told, answer) = oneshot::channel();
        self.held = false;
        self.shared.release(self.key, Some(told));
        answer.await.ok().flatten()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.held {
            self.shared.release(self.key, None);
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("channel", &self.channel).field("id", &self.id).finish_non_exhaustive()
    }
}
