//! Events that came before the answer to the call that subscribes to them.

use std::collections::HashMap;

use super::buffer::{Buffer, BufferLimits};
use crate::runtime::event::{RawEvent, Update};

/// The most sessions of which events are held.
const MOST_SESSIONS: usize = 256;

/// Events of which the reader is not known yet.
#[derive(Debug)]
pub(super) struct Orphans {
    held: HashMap<(&'static str, String), Buffer>,
    /// How many were not held, as there were too many sessions.
    dropped: u64,
    limits: BufferLimits,
}

impl Orphans {
    pub(super) fn new(limits: BufferLimits) -> Self {
        Self { held: HashMap::new(), dropped: 0, limits }
    }

    pub(super) fn hold(&mut self, event: RawEvent) {
        let key = (event.service(), event.id().to_owned());
        if self.held.len() >= MOST_SESSIONS && !self.held.contains_key(&key) {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.held.entry(key).or_insert_with(|| Buffer::new(self.limits)).push(Update::Event(event));
    }

    /// What has been held for a session, as the beginning of what its reader gets.
    pub(super) fn take(&mut self, service: &'static str, id: &str) -> Buffer {
        let none = || Buffer::after_loss(self.limits, self.dropped);
        self.held.remove(&(service, id.to_owned())).unwrap_or_else(none)
    }

    /// Nobody is going to ask any more.
    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.dropped = 0;
    }
}
