//! The open connections, and which of them is closed when there are too many.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use decthings::runtime::BoxFuture;
use tokio::sync::Notify;

use crate::jobs::signal::Once;
use crate::util;

/// The open connections. When there are too many, the one that has been idle for longest makes way for a new one.
///
/// A connection is active while a call with a valid key is in progress on it, or while it is a WebSocket that has sent
/// one. So callers without a key cannot keep others out.
pub(super) struct Connections {
    limit: usize,
    state: Mutex<State>,
    /// Notified when a connection has ended or become idle.
    changed: Notify,
}

#[derive(Default)]
struct State {
    /// Counts the times that a connection became idle.
    clock: u64,
    open: BTreeMap<u64, Entry>,
}

struct Entry {
    active: usize,
    idle_since: u64,
    closed: Once<()>,
}

impl State {
    fn tick(&mut self) -> u64 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }

    /// Closes the connection that has been idle for longest, unless one is closing already.
    fn evict(&self) {
        if self.open.values().any(|entry| entry.closed.is_set()) {
            return;
        }
        let idle = self.open.values().filter(|entry| entry.active == 0);
        if let Some(entry) = idle.min_by_key(|entry| entry.idle_since) {
            entry.closed.set(());
        }
    }
}

impl Connections {
    pub(super) fn new(limit: usize) -> Arc<Self> {
        Arc::new(Self { limit: limit.max(1), state: Mutex::default(), changed: Notify::new() })
    }

    /// Adds a connection, as soon as there is space for it. At most one caller may wait at a time.
    pub(super) async fn admit(self: &Arc<Self>) -> Arc<Connection> {
        loop {
            if let Some(connection) = self.try_admit() {
                return Arc::new(connection);
            }
            self.changed.notified().await;
        }
    }

    fn try_admit(self: &Arc<Self>) -> Option<Connection> {
        let mut state = util::lock(&self.state);
        if state.open.len() >= self.limit {
            state.evict();
            return None;
        }
        let (number, closed) = (state.tick(), Once::new());
        state.open.insert(number, Entry { active: 0, idle_since: number, closed: closed.clone() });
        Some(Connection { number, closed, connections: self.clone(), upgrade: Mutex::default() })
    }
}

/// An open connection. It counts until it is dropped.
pub(super) struct Connection {
    number: u64,
    closed: Once<()>,
    connections: Arc<Connections>,
    /// Serves the WebSocket that it is to become.
    upgrade: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Connection {
    /// Waits until it has to make way for another one.
    pub(super) async fn closed(&self) {
        self.closed.wait().await;
    }

    /// Keeps it open until the returned value is dropped.
    pub(super) fn activate(self: &Arc<Self>) -> Active {
        self.update(|entry, _| entry.active = entry.active.saturating_add(1));
        Active(self.clone())
    }

    /// Makes it a WebSocket after the response.
    pub(super) fn upgrade(&self, serving: BoxFuture<'static, ()>) {
        *util::lock(&self.upgrade) = Some(serving);
    }

    /// Serves the WebSocket that it is to become.
    pub(super) fn take_upgrade(&self) -> Option<BoxFuture<'static, ()>> {
        util::lock(&self.upgrade).take()
    }

    fn update(&self, change: impl FnOnce(&mut Entry, u64)) {
        let mut state = util::lock(&self.connections.state);
        let now = state.tick();
        if let Some(entry) = state.open.get_mut(&self.number) {
            change(entry, now);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        util::lock(&self.connections.state).open.remove(&self.number);
        self.connections.changed.notify_one();
    }
}

/// Keeps a connection open.
pub(super) struct Active(Arc<Connection>);

impl Drop for Active {
    fn drop(&mut self) {
        self.0.update(|entry, now| {
            entry.active = entry.active.saturating_sub(1);
            entry.idle_since = now;
        });
        self.0.connections.changed.notify_one();
    }
}
