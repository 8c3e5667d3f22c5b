//! Delivers events to the connections that are subscribed to them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::outbox::Outbox;
use crate::runtime::error::Failure;
use crate::runtime::event::{EventError, EventSet};

/// The maximum number of sessions without subscribers.
const MAX_SESSIONS: usize = 1 << 14;
/// The maximum number of bytes of events that wait for a first subscriber.
const MAX_PENDING_BYTES: usize = 64 << 20;

/// Delivers events to their subscribers. Cheap to clone; clones are the same hub.
///
/// Events of a session that never had a subscriber wait for the first one, up to a limit. Events that are published
/// after all subscriptions have ended are dropped.
#[derive(Clone, Default)]
pub struct EventHub(Arc<Hub>);

#[derive(Default)]
struct Hub {
    state: Mutex<State>,
    connections: AtomicU64,
    /// Notified when a subscription ends.
    unsubscribed: Notify,
}

/// The service and the session id.
type Key = (&'static str, String);

#[derive(Default)]
struct State {
    sessions: HashMap<Key, Session>,
    /// The sessions by age, and some that were removed.
    order: VecDeque<Key>,
    pending_bytes: usize,
}

enum Session {
    /// Waits for the first subscriber.
    Pending { messages: VecDeque<Bytes>, ended: bool },
    /// The outboxes of the subscribed connections, by their numbers.
    Open(BTreeMap<u64, Arc<Outbox>>),
}

impl EventHub {
    /// A hub without sessions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes an event to the subscribers of a session. The session's last event ends their subscriptions.
    ///
    /// # Errors
    ///
    /// The event cannot be encoded, or belongs to another session.
    pub fn publish<E: EventSet>(&self, id: &str, event: &E) -> Result<(), EventError> {
        let event = event.write()?;
        if event.id() != id {
            let message = format!("the event belongs to the session {:?}, but was published for {id:?}", event.id());
            return Err(EventError::new(event.service(), event.name(), Failure::invalid("", message)));
        }
        let message = event.to_message()?;
        self.lock().publish((E::CHANNEL.service, id.to_owned()), message, event.ends());
        Ok(())
    }

    /// Removes a session that ended without a last event.
    pub fn forget<E: EventSet>(&self, id: &str) {
        self.lock().remove(&(E::CHANNEL.service, id.to_owned()));
    }

    /// The number of connections that are subscribed to a session.
    pub fn subscribers<E: EventSet>(&self, id: &str) -> usize {
        match self.lock().sessions.get(&(E::CHANNEL.service, id.to_owned())) {
            Some(Session::Open(connections)) => connections.len(),
            _ => 0,
        }
    }

    /// Waits until the session's last subscriber has unsubscribed or disconnected.
    pub async fn abandoned<E: EventSet>(&self, id: &str) {
        let key = (E::CHANNEL.service, id.to_owned());
        loop {
            let unsubscribed = self.0.unsubscribed.notified();
            if matches!(self.lock().sessions.get(&key), Some(Session::Open(connections)) if connections.is_empty()) {
                return;
            }
            unsubscribed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn publish(&mut self, key: Key, message: Bytes, ends: bool) {
        let room = MAX_PENDING_BYTES.saturating_sub(self.pending_bytes);
        match self.sessions.get_mut(&key) {
            Some(Session::Open(connections)) => {
                for outbox in connections.values() {
                    outbox.push(message.clone());
                }
                if ends {
                    self.remove(&key);
                }
            }
            Some(Session::Pending { messages, ended }) if message.len() <= room && !*ended => {
                *ended = ends;
                self.pending_bytes = self.pending_bytes.saturating_add(message.len());
                messages.push_back(message);
            }
            None if message.len() <= room => {
                self.pending_bytes = self.pending_bytes.saturating_add(message.len());
                self.insert(key, Session::Pending { messages: VecDeque::from([message]), ended: ends });
            }
            _ => {}
        }
    }

    fn subscribe(&mut self, key: Key, number: u64, outbox: &Arc<Outbox>) {
        if let Some(Session::Open(connections)) = self.sessions.get_mut(&key) {
            connections.insert(number, outbox.clone());
            return;
        }
        let mut has_ended = false;
        if let Some(Session::Pending { messages, ended }) = self.remove(&key) {
            messages.into_iter().for_each(|message| outbox.push(message));
            has_ended = ended;
        }
        if !has_ended {
            self.insert(key, Session::Open(BTreeMap::from([(number, outbox.clone())])));
        }
    }

    fn insert(&mut self, key: Key, session: Session) {
        if self.sessions.len() >= MAX_SESSIONS {
            self.evict();
        }
        if self.order.len() > self.sessions.len().saturating_mul(2).saturating_add(16) {
            let sessions = &self.sessions;
            self.order.retain(|key| sessions.contains_key(key));
        }
        self.order.push_back(key.clone());
        self.sessions.insert(key, session);
    }

    fn remove(&mut self, key: &Key) -> Option<Session> {
        let session = self.sessions.remove(key);
        if let Some(Session::Pending { messages, .. }) = &session {
            let bytes = messages.iter().fold(0_usize, |sum, message| sum.saturating_add(message.len()));
            self.pending_bytes = self.pending_bytes.saturating_sub(bytes);
        }
        session
    }

    /// Removes the oldest session without subscribers.
    fn evict(&mut self) {
        for _ in 0..self.order.len() {
            let Some(key) = self.order.pop_front() else { return };
            match self.sessions.get(&key) {
                None => {}
                Some(Session::Open(connections)) if !connections.is_empty() => self.order.push_back(key),
                Some(_) => {
                    self.remove(&key);
                    return;
                }
            }
        }
    }
}

impl fmt::Debug for EventHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventHub").field("sessions", &self.lock().sessions.len()).finish_non_exhaustive()
    }
}

/// One connection's subscriptions. Clones belong to the same connection.
#[derive(Clone)]
pub(super) struct Subscriber {
    /// `None` if there are no events to subscribe to.
    hub: Option<EventHub>,
    number: u64,
    pub(super) outbox: Arc<Outbox>,
}

impl Subscriber {
    pub(super) fn new(hub: Option<EventHub>) -> Self {
        let number = hub.as_ref().map_or(0, |hub| hub.0.connections.fetch_add(1, Ordering::Relaxed));
        Self { hub, number, outbox: Arc::default() }
    }

    pub(super) fn can_subscribe(&self) -> bool {
        self.hub.is_some()
    }

    pub(super) fn subscribe(&self, service: &'static str, id: &str) {
        let Some(hub) = &self.hub else { return };
        hub.lock().subscribe((service, id.to_owned()), self.number, &self.outbox);
        // The connection may have closed while the service handled the call.
        if self.outbox.is_closed() {
            self.unsubscribe(service, id);
        }
    }

    /// Returns whether the connection was subscribed.
    pub(super) fn unsubscribe(&self, service: &'static str, id: &str) -> bool {
        let Some(hub) = &self.hub else { return false };
        let was_subscribed = match hub.lock().sessions.get_mut(&(service, id.to_owned())) {
            Some(Session::Open(connections)) => connections.remove(&self.number).is_some(),
            _ => false,
        };
        hub.0.unsubscribed.notify_waiters();
        was_subscribed
    }

    /// Closes the outbox first, so that no subscription is left.
    pub(super) fn close(&self) {
        self.outbox.close();
        let Some(hub) = &self.hub else { return };
        for session in hub.lock().sessions.values_mut() {
            if let Session::Open(connections) = session {
                connections.remove(&self.number);
            }
        }
        hub.0.unsubscribed.notify_waiters();
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subscriber({})", self.number)
    }
}
