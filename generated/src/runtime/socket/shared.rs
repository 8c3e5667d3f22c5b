//! Between callers and the connection's task.

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{Dial, Lease};
use crate::runtime::error::Failure;
use crate::runtime::{ApiKey, Channel, IdSource};

/// What connections are made with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) dial: Box<dyn Dial>,
    pub(crate) key: Option<ApiKey>,
}

/// What a call subscribes to.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) channel: &'static Channel,
    pub(crate) id: IdSource,
}

/// The answer to a call, and the subscription that it made.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) answer: Bytes,
    pub(crate) lease: Option<Lease>,
}

pub(super) struct Shared {
    _settings: Settings,
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Self {
        Self { _settings: settings }
    }

    pub(super) fn release(&self, _key: u64, _told: Option<oneshot::Sender<Result<(), Failure>>>) {}

    pub(super) fn close(&self) {}
}
