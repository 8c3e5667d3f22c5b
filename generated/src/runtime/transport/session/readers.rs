//! Who reads the events of which session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::buffer::Buffer;
use super::lease::{Lease, Release};
use super::link::ConnectionError;
use crate::runtime::error::Failure;
use crate::runtime::event::{EndReason, EventError, RawEvent, Update};
use crate::runtime::method::Channel;
use crate::runtime::wire::{EventBytes, EventHead};

/// Who reads the events of which session. It outlives connections.
#[derive(Debug)]
pub(super) struct Readers {
    /// For the leases of readers.
    task: mpsc::UnboundedSender<Release>,
    services: BTreeMap<&'static str, Service>,
    /// Where readers are, by their key.
    keys: BTreeMap<u64, (&'static str, String)>,
    /// Services of which events may come that nobody wants.
    unwanted: BTreeSet<&'static str>,
}

#[derive(Debug)]
struct Service {
    channel: &'static Channel,
    sessions: BTreeMap<String, Session>,
}

#[derive(Debug)]
struct Session {
    /// Shared with its events.
    id: Arc<str>,
    readers: Vec<(u64, Arc<Buffer>)>,
    /// Whether the connection was lost, and readers do not know yet.
    gap: bool,
    /// Whether the server does not know of the subscription yet.
    stale: bool,
}

/// What became of an event.
pub(super) enum Delivery {
    /// Its readers have it, or nobody wants it.
    Read,
    /// Nobody reads its session yet.
    Unread(RawEvent),
    Malformed(EventError),
}

impl Readers {
    pub(super) fn new(task: mpsc::UnboundedSender<Release>) -> Self {
        Self { task, services: BTreeMap::new(), keys: BTreeMap::new(), unwanted: BTreeSet::new() }
    }

    /// Forgets everyone.
    pub(super) fn clear(&mut self) {
        self.services.clear();
        self.keys.clear();
        self.unwanted.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Events of the service can come from now on.
    pub(super) fn expect(&mut self, channel: &'static Channel) {
        let sessions = BTreeMap::new();
        self.services.entry(channel.service).or_insert(Service { channel, sessions });
    }

    /// Events of the service can come from now on, which nobody reads.
    pub(super) fn expect_unwanted(&mut self, service: &'static str) {
        self.unwanted.insert(service);
    }

    pub(super) fn has(&self, service: &str, id: &str) -> bool {
        self.services.get(service).is_some_and(|service| service.sessions.contains_key(id))
    }

    /// Adds a reader of a session to which this connection is subscribed, unless all its events have come already.
    pub(super) fn add(&mut self, key: u64, channel: &'static Channel, id: String, buffer: Buffer) -> Lease {
        let buffer = Arc::new(buffer);
        if !buffer.is_ended() {
            self.resumed(channel.service, &id);
            self.expect(channel);
            if let Some(service) = self.services.get_mut(channel.service) {
                let session = service.sessions.entry(id.clone()).or_insert_with(|| Session::new(&id));
                session.readers.push((key, buffer.clone()));
                self.keys.insert(key, (channel.service, id.clone()));
            }
        }
        Lease { key, channel, id, buffer, task: Some(self.task.clone()) }
    }

    /// Removes a reader; gives the session if it was the last one.
    pub(super) fn remove(&mut self, key: u64) -> Option<(&'static Channel, String)> {
        let (service, id) = self.keys.remove(&key)?;
        let service = self.services.get_mut(service)?;
        let session = service.sessions.get_mut(&id)?;
        session.readers.retain(|(reader, _)| *reader != key);
        if !session.readers.is_empty() {
            return None;
        }
        service.sessions.remove(&id);
        Some((service.channel, id))
    }

    /// Delivers an event to those who read it. Its JSON may be nested that deeply.
    pub(super) fn deliver(&mut self, event: EventBytes, deepest: usize) -> Delivery {
        let Some(service) = self.services.get_mut(&*event.service()) else {
            return self.unexpected(&event.service());
        };
        let channel = service.channel;
        let malformed = |name: &str, failure| Delivery::Malformed(EventError::new(channel.service, name, failure));
        let (name, id) = match EventHead::read(event.json(), channel.id) {
            Ok(EventHead { name, id: Some(id) }) => (channel.name_of(name), id),
            Ok(EventHead { name, id: None }) => {
                return malformed(&name, Failure::decode(format!("params.{}", channel.id), "is missing", ""));
            }
            Err(failure) => return malformed("", failure),
        };
        let Some(session) = service.sessions.get_mut(&*id) else {
            let id = id.into();
            return Delivery::Unread(RawEvent::new(channel, name, id, event, deepest));
        };
        let event = RawEvent::new(channel, name, session.id.clone(), event, deepest);
        session.tell_gap();
        let ended = event.ends().then(|| session.id.clone());
        if let Some(((_, last), others)) = session.readers.split_last() {
            others.iter().for_each(|(_, buffer)| buffer.push(Update::Event(event.clone())));
            last.push(Update::Event(event));
        }
        if let Some(id) = ended {
            self.forget(channel.service, &id);
        }
        Delivery::Read
    }

    /// An event of a service to which nothing was subscribed: an error, unless someone started it without reading it.
    fn unexpected(&self, service: &str) -> Delivery {
        if self.unwanted.contains(service) {
            return Delivery::Read;
        }
        let failure = Failure::decode("", "nothing was subscribed to there", "");
        Delivery::Malformed(EventError::new(service, "", failure))
    }

    /// Tells readers of something that makes no sense: those of the service if there are any, else all.
    pub(super) fn report(&self, error: &EventError) {
        let concerned = self.services.get(error.service()).filter(|service| !service.sessions.is_empty());
        let all = self.services.values().filter(|_| concerned.is_none());
        for session in concerned.into_iter().chain(all).flat_map(|service| service.sessions.values()) {
            for (_, buffer) in &session.readers {
                buffer.push(Update::Malformed(error.clone()));
            }
        }
    }

    /// Ends a session.
    pub(super) fn end(&mut self, service: &str, id: &str, reason: &EndReason) {
        for (_, buffer) in self.forget(service, id) {
            buffer.end(reason.clone());
        }
    }

    /// Ends all sessions.
    pub(super) fn end_all(&mut self, lost: &ConnectionError) {
        self.end_those(lost, |_| true);
    }

    /// The connection is lost. Sessions go on that can be subscribed to again.
    pub(super) fn lost(&mut self, lost: &ConnectionError) {
        self.end_those(lost, |channel| channel.subscribing().is_none());
        self.unwanted.clear();
        for session in self.services.values_mut().flat_map(|service| service.sessions.values_mut()) {
            session.gap = true;
            session.stale = true;
        }
    }

    /// The sessions of which the server does not know.
    pub(super) fn stale(&self) -> Vec<(&'static Channel, String)> {
        let ids = |service: &Service| {
            let stale = service.sessions.iter().filter(|(_, session)| session.stale);
            stale.map(|(id, _)| (service.channel, id.clone())).collect::<Vec<_>>()
        };
        self.services.values().flat_map(ids).collect()
    }

    pub(super) fn is_stale(&self) -> bool {
        self.services.values().any(|service| service.sessions.values().any(|session| session.stale))
    }

    /// The server knows of the subscription again.
    pub(super) fn resumed(&mut self, service: &str, id: &str) {
        if let Some(session) = self.services.get_mut(service).and_then(|service| service.sessions.get_mut(id)) {
            session.stale = false;
            session.tell_gap();
        }
    }

    fn end_those(&mut self, lost: &ConnectionError, which: impl Fn(&'static Channel) -> bool) {
        let reason = EndReason::ConnectionLost { message: lost.message.clone() };
        let those = self.services.values().filter(|service| which(service.channel));
        let ids: Vec<(&'static str, String)> =
            those.flat_map(|service| service.sessions.keys().map(|id| (service.channel.service, id.clone()))).collect();
        for (service, id) in ids {
            self.end(service, &id, &reason);
        }
    }

    /// Forgets a session; gives its readers.
    fn forget(&mut self, service: &str, id: &str) -> Vec<(u64, Arc<Buffer>)> {
        let service = self.services.get_mut(service);
        let session = service.and_then(|service| service.sessions.remove(id));
        let readers = session.map(|session| session.readers).unwrap_or_default();
        for (key, _) in &readers {
            self.keys.remove(key);
        }
        readers
    }
}

impl Session {
    fn new(id: &str) -> Self {
        Self { id: id.into(), readers: Vec::new(), gap: false, stale: false }
    }

    fn tell_gap(&mut self) {
        if std::mem::take(&mut self.gap) {
            for (_, buffer) in &self.readers {
                buffer.push(Update::Gap);
            }
        }
    }
}
