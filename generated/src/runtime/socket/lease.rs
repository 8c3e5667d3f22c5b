//! The right to the events of an id.

use std::fmt;
use std::sync::Arc;

use super::shared::Shared;
use crate::runtime::Channel;
use crate::runtime::events::Buffer;

/// A reader's part of a subscription. Dropping it gives it back.
pub(crate) struct Lease {
    pub(super) shared: Arc<Shared>,
    pub(super) key: u64,
    pub(super) channel: &'static Channel,
    pub(super) id: String,
    pub(super) buffer: Arc<Buffer>,
}

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
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.shared.release(self.key, None);
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("channel", &self.channel).field("id", &self.id).finish_non_exhaustive()
    }
}
