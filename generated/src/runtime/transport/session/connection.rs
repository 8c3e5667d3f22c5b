//! An open connection.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep, timeout};

use super::buffer::UnclaimedEvents;
use super::lease::{Release, UnsubscribeResponse};
use super::link::{ConnectionError, Incoming, Link};
use super::pending::{Pending, PendingCall, PendingRequest};
use super::readers::{Readers, Undelivered};
use super::settings::{HeartbeatEvent, HeartbeatMonitor, ReconnectDelays};
use super::shared::Shared;
use crate::runtime::event::EventError;
use crate::runtime::method::Channel;
use crate::runtime::wire;
use crate::runtime::wire::{EventBytes, MalformedMessage, ServerMessage};

/// How long an otherwise unused connection waits for responses to unsubscribing.
const UNSUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(5);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The maximum number of messages that are handled before other tasks run. Readers then take the events, and free the
/// memory that the next messages are received into.
const MAX_MESSAGES: u32 = 64;

const MAX_ORPHANED: usize = 1 << 14;

pub(super) struct Connection<'a> {
    pub(super) shared: &'a Shared,
    pub(super) readers: &'a mut Readers,
    delays: &'a mut ReconnectDelays,
    releases: &'a mut mpsc::UnboundedReceiver<Release>,
    link: Box<dyn Link>,
    pub(super) pending: Pending,
    pub(super) unclaimed: UnclaimedEvents,
    /// Calls that wait for the response to a request for the same id.
    blocked: Vec<PendingCall>,
    /// Subscriptions without a reader, which a pending call for the same id takes over.
    pub(super) orphaned: BTreeSet<(&'static str, Arc<str>)>,
    heartbeat: HeartbeatMonitor,
    /// Runs until all subscriptions of the previous connection are restored.
    resubscribe_deadline: Option<Pin<Box<Sleep>>>,
    /// Runs while the connection is unused, with whether it waits for responses to unsubscribing.
    unused: Option<(bool, Pin<Box<Sleep>>)>,
}

impl<'a> Connection<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        readers: &'a mut Readers,
        delays: &'a mut ReconnectDelays,
        releases: &'a mut mpsc::UnboundedReceiver<Release>,
        link: Box<dyn Link>,
    ) -> Self {
        Self {
            shared,
            readers,
            delays,
            releases,
            link,
            pending: Pending::default(),
            unclaimed: UnclaimedEvents::new(shared.settings.limits),
            blocked: Vec::new(),
            orphaned: BTreeSet::new(),
            heartbeat: HeartbeatMonitor::new(shared.settings.heartbeat),
            resubscribe_deadline: None,
            unused: None,
        }
    }

    /// Uses the connection until it is lost, or `None` if it is unused.
    pub(super) async fn run(mut self) -> Option<ConnectionError> {
        self.shared.set_connected();
        self.resubscribe();
        match poll_fn(|context| self.poll(context)).await {
            Some(error) => Some(self.disconnect(error)),
            None => {
                let closing = self.link.close();
                tokio::spawn(timeout(CLOSE_TIMEOUT, closing));
                None
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<ConnectionError>> {
        loop {
            let cancelled = self.shared.take_cancelled(context);
            self.handle_releases(context);
            for key in cancelled.iter().flatten() {
                self.blocked.retain(|call| call.key != *key);
                self.pending.cancel(*key);
            }
            self.poll_send(context);
            if cancelled.is_none() {
                self.shared.set_disconnected();
                return Poll::Ready(None);
            }
            let handled = match self.poll_messages(context) {
                Ok(MAX_MESSAGES) => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Ok(handled) => handled,
                Err(error) => return Poll::Ready(Some(error.redacted(&self.shared.settings.credentials.redactor()))),
            };
            if handled > 0 {
                continue;
            }
            if self.is_expired(context) {
                return Poll::Ready(None);
            }
            match self.heartbeat.poll(self.link.activity(), context) {
                Poll::Ready(HeartbeatEvent::PingDue) => {
                    self.link.ping();
                    continue;
                }
                Poll::Ready(HeartbeatEvent::TimedOut) => return self.lost("did not respond to a ping"),
                Poll::Pending => {}
            }
            if self.resubscribe_deadline.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready()) {
                return self.lost("did not respond to resubscribing");
            }
            return Poll::Pending;
        }
    }

    fn lost(&self, reason: &str) -> Poll<Option<ConnectionError>> {
        let target = self.shared.settings.connector.target();
        Poll::Ready(Some(ConnectionError::new(format!("{target} {reason}"))))
    }

    /// Handles received messages; returns their number.
    fn poll_messages(&mut self, context: &mut Context<'_>) -> Result<u32, ConnectionError> {
        for handled in 0..MAX_MESSAGES {
            match self.link.poll(context) {
                Poll::Ready(Incoming::Message(message)) => self.handle_message(message),
                #[cfg(feature = "test-util")]
                Poll::Ready(Incoming::Failed(id, failure)) => {
                    self.fail(id, failure);
                    self.after_response();
                }
                Poll::Ready(Incoming::Disconnected(error)) => return Err(error),
                Poll::Pending => return Ok(handled),
            }
        }
        Ok(MAX_MESSAGES)
    }

    fn handle_releases(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(release)) = self.releases.poll_recv(context) {
            if self.readers.remove(&release) {
                self.unsubscribe(release.channel, release.id, release.done);
            }
        }
    }

    /// Sends queued requests while the link takes them. The others stay in their queues, where they can be cancelled.
    fn poll_send(&mut self, context: &mut Context<'_>) {
        while self.link.poll_ready(context).is_ready() {
            if let Some(request) = self.pending.next_queued() {
                self.send_request(request);
            } else if let Some(call) = self.shared.next_call() {
                self.send_call(call);
            } else {
                return;
            }
        }
    }

    fn send_call(&mut self, mut call: PendingCall) {
        if self.pending.blocks(&call) {
            self.blocked.push(call);
            return;
        }
        if let Some(channel) = call.subscribes {
            self.readers.expect(channel);
        } else if call.method.opens.is_some() {
            self.readers.ignore(call.method.service);
        }
        let (method, message) = (call.method, std::mem::take(&mut call.message));
        call.byte_permit = None;
        let id = self.pending.add(PendingRequest::Call(call));
        self.link.send(method, wire::with_id(message, id));
    }

    fn resubscribe(&mut self) {
        for (channel, id) in self.readers.stale() {
            self.pending.queue(PendingRequest::Resubscribe(channel, id));
        }
        if self.readers.has_stale() {
            self.resubscribe_deadline = Some(Box::pin(sleep(self.shared.settings.timeout)));
        } else {
            self.delays.connected();
        }
    }

    /// Unsubscribes, unless a pending request subscribes to the same id: then its response decides.
    pub(super) fn unsubscribe(&mut self, channel: &'static Channel, id: Arc<str>, done: Option<UnsubscribeResponse>) {
        if self.pending.is_subscribing(channel.service, &id) {
            self.orphaned.insert((channel.service, id));
            if self.orphaned.len() > MAX_ORPHANED {
                // Those of requests that are no longer pending, as too many were.
                self.orphaned.retain(|(service, id)| self.pending.is_subscribing(service, id));
            }
        } else if channel.unsubscribing().is_some() {
            self.pending.queue(PendingRequest::Unsubscribe(channel, id, done));
        }
    }

    /// Sends a request of the session, whose only parameter is an id.
    fn send_request(&mut self, request: PendingRequest) {
        let (at, id) = match &request {
            PendingRequest::Resubscribe(channel, id) => (channel.subscribing(), id),
            PendingRequest::Unsubscribe(channel, id, _) => (channel.unsubscribing(), id),
            PendingRequest::Call(_) => return,
        };
        let Some((method, param)) = at else { return };
        let key = self.shared.settings.credentials.last();
        let frame = wire::socket_request(method, wire::id_request(param, id), key.as_ref());
        let id = self.pending.add(request);
        self.link.send(method, wire::with_id(wire::request_message(&frame), id));
    }

    fn handle_message(&mut self, message: Bytes) {
        match wire::read_server_message(message) {
            Ok(ServerMessage::Response { id, body }) => {
                self.respond(id, body);
                self.after_response();
            }
            Ok(ServerMessage::Event(event)) => self.handle_event(event),
            // The response belongs to an unknown call, so all calls get a malformed response.
            Err(MalformedMessage::Response(failure)) => {
                self.pending.call_ids().into_iter().for_each(|id| self.respond(id, Bytes::new()));
                self.after_response();
                self.report(EventError::new("", "", failure));
            }
            Err(MalformedMessage::Event { service, failure }) => {
                self.report(EventError::new(&service, "", failure));
            }
        }
    }

    fn after_response(&mut self) {
        self.shared.requeue(self.blocked.drain(..));
        if self.pending.subscribes().next().is_none() {
            self.unclaimed.clear();
        }
        if self.resubscribe_deadline.is_some() && !self.readers.has_stale() {
            self.resubscribe_deadline = None;
            self.delays.connected();
        }
    }

    fn handle_event(&mut self, event: EventBytes) {
        match self.readers.deliver(event, self.shared.settings.json_limits) {
            Ok(None) => {}
            Ok(Some(Undelivered { event, is_known })) => {
                // A call that does not know its id yet gets that of a new session.
                let matches = |id: Option<&str>| id.map_or(!is_known, |id| id == event.id());
                if self.pending.subscribes().any(|(service, id)| service == event.service() && matches(id)) {
                    self.unclaimed.hold(event);
                }
            }
            Err(error) => self.report(error),
        }
    }

    fn report(&self, mut error: EventError) {
        error.redact(&self.shared.settings.credentials.redactor());
        self.readers.report(&error);
    }

    /// Whether the connection has been unused for as long as it may be. While it is, it counts as closed for the calls
    /// that need an open one.
    fn is_expired(&mut self, context: &mut Context<'_>) -> bool {
        if self.pending.has_calls() || !self.readers.is_empty() || !self.blocked.is_empty() {
            self.unused = None;
            return false;
        }
        let unsubscribing = self.pending.has_unsubscribes();
        if !unsubscribing && !self.shared.set_idle() {
            self.unused = None;
            return false;
        }
        let time = if unsubscribing { UNSUBSCRIBE_TIMEOUT } else { self.shared.settings.idle_timeout };
        if time.is_zero() {
            return true;
        }
        if self.unused.as_ref().is_none_or(|(waits, _)| *waits != unsubscribing) {
            self.unused = Some((unsubscribing, Box::pin(sleep(time))));
        }
        self.unused.as_mut().is_some_and(|(_, timer)| timer.as_mut().poll(context).is_ready()) && self.shared.set_idle()
    }

    /// Fails the calls that were sent. The others wait for the next connection.
    fn disconnect(mut self, error: ConnectionError) -> ConnectionError {
        self.shared.requeue(self.blocked.drain(..));
        self.shared.set_disconnected();
        let message = format!("the connection broke before the response arrived: {}", error.message);
        let broken = ConnectionError { message, ..error.clone() };
        self.pending.into_calls().for_each(|call| call.fail(&broken, false));
        error
    }
}
