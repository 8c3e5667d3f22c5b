//! The readers of each session's events.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::buffer::Buffer;
use super::lease::{Lease, Release};
use super::link::ConnectionError;
use crate::runtime::error::Failure;
use crate::runtime::event::{EndReason, EventError, RawEvent, Update};
use crate::runtime::method::Channel;
use crate::runtime::wire::{EventBytes, EventHead, JsonLimits};

/// The readers of each session's events, across connections.
pub(super) struct Readers {
    /// Cloned into leases.
    releases: mpsc::UnboundedSender<Release>,
    services: BTreeMap<&'static str, Service>,
    /// Services whose events were started by calls that do not read them.
    ignored: BTreeSet<&'static str>,
}

pub(super) struct Service {
    channel: &'static Channel,
    sessions: BTreeMap<Arc<str>, Session>,
}

struct Session {
    /// Shared with the session's events.
    id: Arc<str>,
    readers: Vec<(u64, Arc<Buffer>)>,
    /// Whether the connection was lost, and the readers have not been notified of the next one.
    gap: bool,
    /// Whether the current connection is not subscribed yet.
    stale: bool,
}

/// An event of a session without readers, or the last event of one with readers, which later ones need as well.
pub(super) struct Undelivered {
    pub(super) event: RawEvent,
    /// Whether the session had readers.
    pub(super) is_known: bool,
}

impl Readers {
    pub(super) fn new(releases: mpsc::UnboundedSender<Release>) -> Self {
        Self { releases, services: BTreeMap::new(), ignored: BTreeSet::new() }
    }

    pub(super) fn clear(&mut self) {
        self.services.clear();
        self.ignored.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.services.values().all(|service| service.sessions.is_empty())
    }

    /// Allows events of the service.
    pub(super) fn expect(&mut self, channel: &'static Channel) -> &mut Service {
        self.services.entry(channel.service).or_insert_with(|| Service { channel, sessions: BTreeMap::new() })
    }

    /// Ignores unexpected events of the service.
    pub(super) fn ignore(&mut self, service: &'static str) {
        self.ignored.insert(service);
    }

    pub(super) fn has(&self, service: &str, id: &str) -> bool {
        self.services.get(service).is_some_and(|service| service.sessions.contains_key(id))
    }

    /// Adds a reader of a session that the connection is subscribed to, unless its last event has arrived.
    pub(super) fn add(&mut self, key: u64, channel: &'static Channel, id: Arc<str>, buffer: Buffer) -> Lease {
        let buffer = Arc::new(buffer);
        if !buffer.is_ended() {
            self.resumed(channel.service, &id);
            let new = || Session { id: id.clone(), readers: Vec::new(), gap: false, stale: false };
            let session = self.expect(channel).sessions.entry(id.clone()).or_insert_with(new);
            session.readers.push((key, buffer.clone()));
        }
        Lease { key, channel, id, buffer, releases: Some(self.releases.clone()) }
    }

    /// Removes a reader. Returns whether this has removed its session, as there is no other reader.
    pub(super) fn remove(&mut self, Release { key, channel, id, .. }: &Release) -> bool {
        let Some(service) = self.services.get_mut(channel.service) else { return false };
        let Some(session) = service.sessions.get_mut(id) else { return false };
        session.readers.retain(|(reader, _)| reader != key);
        session.readers.is_empty() && service.sessions.remove(id).is_some()
    }

    /// Delivers an event to its readers. Returns the event if a call that subscribes to the session may need it.
    pub(super) fn deliver(&mut self, event: EventBytes, limits: JsonLimits) -> Result<Option<Undelivered>, EventError> {
        let Some(service) = self.services.get_mut(&*event.service()) else {
            if self.ignored.contains(&*event.service()) {
                return Ok(None);
            }
            let failure = Failure::decode("", "the client has not subscribed to events of the service", "");
            return Err(EventError::new(&event.service(), "", failure));
        };
        let channel = service.channel;
        let malformed = |name: &str, failure| EventError::new(channel.service, name, failure);
        let EventHead { name, id } =
            EventHead::read(event.json(), channel.id).map_err(|failure| malformed("", failure))?;
        let missing = || malformed(&name, Failure::decode(format!("params.{}", channel.id), "is missing", ""));
        let id = id.ok_or_else(missing)?;
        let name = channel.name_of(name);
        let Some(session) = service.sessions.get_mut(&*id) else {
            let event = RawEvent::new(channel, name, id.into(), event, limits);
            return Ok(Some(Undelivered { event, is_known: false }));
        };
        let event = RawEvent::new(channel, name, session.id.clone(), event, limits);
        session.notify_gap();
        let last = event.ends().then(|| event.clone());
        if let Some(((_, last), others)) = session.readers.split_last() {
            others.iter().for_each(|(_, buffer)| buffer.push(Update::Event(event.clone())));
            last.push(Update::Event(event));
        }
        Ok(last.map(|event| {
            service.sessions.remove(event.id());
            Undelivered { event, is_known: true }
        }))
    }

    /// Reports an error to the readers of its service, or to all readers if the service has none.
    pub(super) fn report(&self, error: &EventError) {
        let service = self.services.get(error.service()).filter(|service| !service.sessions.is_empty());
        let all = self.services.values().filter(|_| service.is_none());
        for session in service.into_iter().chain(all).flat_map(|service| service.sessions.values()) {
            session.push(&Update::Malformed(error.clone()));
        }
    }

    pub(super) fn end(&mut self, service: &str, id: &str, reason: &EndReason) {
        if let Some(session) = self.services.get_mut(service).and_then(|service| service.sessions.remove(id)) {
            session.end(reason);
        }
    }

    pub(super) fn end_all(&mut self, error: &ConnectionError) {
        self.end_where(error, |_| true);
    }

    /// Ends the sessions that cannot be resubscribed to; marks the others as stale, and notifies their readers.
    pub(super) fn disconnect(&mut self, error: &ConnectionError) {
        self.end_where(error, |channel| channel.subscribing().is_none());
        self.ignored.clear();
        for session in self.services.values_mut().flat_map(|service| service.sessions.values_mut()) {
            session.notify_disconnected(error);
            session.stale = true;
        }
    }

    /// The sessions to resubscribe to.
    pub(super) fn stale(&self) -> Vec<(&'static Channel, Arc<str>)> {
        let ids = |service: &Service| {
            let stale = service.sessions.iter().filter(|(_, session)| session.stale);
            stale.map(|(id, _)| (service.channel, id.clone())).collect::<Vec<_>>()
        };
        self.services.values().flat_map(ids).collect()
    }

    pub(super) fn has_stale(&self) -> bool {
        self.services.values().any(|service| service.sessions.values().any(|session| session.stale))
    }

    /// Marks a session as subscribed on the current connection.
    pub(super) fn resumed(&mut self, service: &str, id: &str) {
        if let Some(session) = self.services.get_mut(service).and_then(|service| service.sessions.get_mut(id)) {
            session.stale = false;
            session.notify_gap();
        }
    }

    fn end_where(&mut self, error: &ConnectionError, condition: impl Fn(&'static Channel) -> bool) {
        let reason = EndReason::ConnectionLost { message: error.message.clone() };
        for service in self.services.values_mut().filter(|service| condition(service.channel)) {
            std::mem::take(&mut service.sessions).into_values().for_each(|session| session.end(&reason));
        }
    }
}

impl Session {
    /// Notifies the readers, unless they have been since the last connection that was subscribed.
    fn notify_disconnected(&mut self, error: &ConnectionError) {
        if !std::mem::replace(&mut self.gap, true) {
            self.push(&Update::Disconnected { message: error.message.clone() });
        }
    }

    fn notify_gap(&mut self) {
        if std::mem::take(&mut self.gap) {
            self.push(&Update::Gap);
        }
    }

    fn push(&self, update: &Update) {
        self.readers.iter().for_each(|(_, buffer)| buffer.push(update.clone()));
    }

    fn end(self, reason: &EndReason) {
        self.readers.iter().for_each(|(_, buffer)| buffer.end(reason.clone()));
    }
}
