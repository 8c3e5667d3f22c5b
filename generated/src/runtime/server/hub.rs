//! From whoever has something to tell to the connections that want to hear it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use super::outbox::Outbox;
use crate::runtime::error::Failure;
use crate::runtime::event::{EventError, EventSet};

/// The most sessions that are known while nobody is subscribed to them.
const MOST_SESSIONS: usize = 1 << 14;
/// The most bytes of events that wait for a first subscription.
const MOST_KEPT: usize = 64 << 20;

/// Tells events to those who are subscribed. Cheap to clone; clones are the same hub.
///
/// Events of a session to which nobody has subscribed yet are kept for whoever does first, up to a bound. Events that
/// come when all subscriptions have ended are dropped.
#[derive(Clone, Default)]
pub struct EventHub(Arc<Hub>);

#[derive(Default)]
struct Hub {
    state: Mutex<State>,
    connections: AtomicU64,
    /// Woken when a subscription has ended.
    left: Notify,
}

/// A service and an id.
type Key = (&'static str, String);

#[derive(Default)]
struct State {
    sessions: HashMap<Key, Session>,
    /// The sessions by age; some may be gone.
    order: VecDeque<Key>,
    kept: usize,
}

enum Session {
    /// Nobody has subscribed yet.
    Kept {
        messages: VecDeque<Bytes>,
        ended: bool,
    },
    Open(BTreeMap<u64, Arc<Outbox>>),
}

impl EventHub {
    /// A hub without sessions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells an event to everyone who is subscribed to the session. An event after which none follows ends their
    /// subscriptions.
    ///
    /// # Errors
    ///
    /// The event cannot be written, or is of another session.
    pub fn publish<E: EventSet>(&self, id: &str, event: &E) -> Result<(), EventError> {
        let event = event.write()?;
        if event.id() != id {
            let message = format!("the event is of the session {:?}, and published for {id:?}", event.id());
            return Err(EventError::new(event.service(), event.name(), Failure::invalid("", message)));
        }
        let message = event.to_message()?;
        self.lock().publish((E::CHANNEL.service, id.to_owned()), message, event.ends());
        Ok(())
    }

    /// Forgets a session that ended without a last event.
    pub fn forget<E: EventSet>(&self, id: &str) {
        self.lock().remove(&(E::CHANNEL.service, id.to_owned()));
    }

    /// How many connections are subscribed to a session.
    pub fn subscribers<E: EventSet>(&self, id: &str) -> usize {
        match self.lock().sessions.get(&(E::CHANNEL.service, id.to_owned())) {
            Some(Session::Open(connections)) => connections.len(),
            _ => 0,
        }
    }

    /// Waits until everyone who was subscribed to the session has left: for what belongs to its connections.
    pub async fn abandoned<E: EventSet>(&self, id: &str) {
        let key = (E::CHANNEL.service, id.to_owned());
        loop {
            let left = self.0.left.notified();
            if matches!(self.lock().sessions.get(&key), Some(Session::Open(connections)) if connections.is_empty()) {
                return;
            }
            left.await;
        }
    }

    /// A number for a connection.
    pub(super) fn connection(&self) -> u64 {
        self.0.connections.fetch_add(1, Ordering::Relaxed)
    }

    /// Subscribes a connection.
    pub(super) fn register(&self, service: &'static str, id: &str, connection: u64, outbox: &Arc<Outbox>) {
        let key = (service, id.to_owned());
        let mut state = self.lock();
        let kept = match state.sessions.get_mut(&key) {
            Some(Session::Open(connections)) => {
                connections.insert(connection, outbox.clone());
                return;
            }
            Some(Session::Kept { .. }) => state.remove(&key),
            None => None,
        };
        let mut ended = false;
        if let Some(Session::Kept { messages, ended: is }) = kept {
            ended = is;
            for message in messages {
                outbox.push(message);
            }
        }
        if !ended {
            state.insert(key, Session::Open(BTreeMap::from([(connection, outbox.clone())])));
        }
    }

    /// Ends a connection's subscription; says whether there was one.
    pub(super) fn unregister(&self, service: &'static str, id: &str, connection: u64) -> bool {
        let was_there = match self.lock().sessions.get_mut(&(service, id.to_owned())) {
            Some(Session::Open(connections)) => connections.remove(&connection).is_some(),
            _ => false,
        };
        self.0.left.notify_waiters();
        was_there
    }

    /// Ends all subscriptions of a connection.
    pub(super) fn leave(&self, connection: u64) {
        for session in self.lock().sessions.values_mut() {
            if let Session::Open(connections) = session {
                connections.remove(&connection);
            }
        }
        self.0.left.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn publish(&mut self, key: Key, message: Bytes, ends: bool) {
        let room = MOST_KEPT.saturating_sub(self.kept);
        match self.sessions.get_mut(&key) {
            Some(Session::Open(connections)) => {
                for outbox in connections.values() {
                    outbox.push(message.clone());
                }
                if ends {
                    self.remove(&key);
                }
            }
            Some(Session::Kept { messages, ended }) if message.len() <= room && !*ended => {
                *ended = ends;
                self.kept = self.kept.saturating_add(message.len());
                messages.push_back(message);
            }
            None if message.len() <= room => {
                self.kept = self.kept.saturating_add(message.len());
                self.insert(key, Session::Kept { messages: VecDeque::from([message]), ended: ends });
            }
            _ => {}
        }
    }

    fn insert(&mut self, key: Key, session: Session) {
        if self.sessions.len() >= MOST_SESSIONS {
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
        if let Some(Session::Kept { messages, .. }) = &session {
            let bytes = messages.iter().fold(0_usize, |sum, message| sum.saturating_add(message.len()));
            self.kept = self.kept.saturating_sub(bytes);
        }
        session
    }

    /// Forgets the oldest session to which nobody is subscribed.
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
