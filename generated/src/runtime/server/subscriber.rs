//! The subscriptions of one connection.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::hub::EventHub;
use super::outbox::Outbox;

/// The connection that a request came on, as the hub knows it. Clones are the same one.
#[derive(Clone)]
pub(super) struct Subscriber(Arc<Inner>);

struct Inner {
    hub: EventHub,
    number: u64,
    outbox: Arc<Outbox>,
    closed: AtomicBool,
}

impl Subscriber {
    pub(super) fn new(hub: EventHub) -> Self {
        let number = hub.connection();
        Self(Arc::new(Inner { hub, number, outbox: Arc::default(), closed: AtomicBool::new(false) }))
    }

    pub(super) fn outbox(&self) -> &Arc<Outbox> {
        &self.0.outbox
    }

    /// Ends all subscriptions.
    pub(super) fn close(&self) {
        self.0.closed.store(true, Ordering::SeqCst);
        self.0.hub.leave(self.0.number);
        self.0.outbox.close();
    }

    pub(super) fn subscribe(&self, service: &'static str, id: &str) {
        let Inner { hub, number, outbox, closed, .. } = &*self.0;
        hub.register(service, id, *number, outbox);
        // The connection may have been dropped while the service was at work.
        if closed.load(Ordering::SeqCst) {
            hub.unregister(service, id, *number);
        }
    }

    pub(super) fn unsubscribe(&self, service: &'static str, id: &str) -> bool {
        self.0.hub.unregister(service, id, self.0.number)
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscriber({})", self.0.number)
    }
}
