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
use super::readers::Readers;
use super::settings::{HeartbeatEvent, HeartbeatMonitor, ReconnectDelays};
use super::shared::{Shared, Work};
use crate::runtime::event::EventError;
use crate::runtime::method::{Channel, Method};
use crate::runtime::wire;
use crate::runtime::wire::{EventBytes, MalformedMessage, ServerMessage};

/// How long an otherwise unused connection waits for responses to unsubscribing.
const UNSUBSCRIBE_TIMEOUT: Duration = Duration::from_secs(5);
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The maximum number of messages that are handled before other tasks run. Readers then take the events, and free the
/// memory that the next messages are received into.
const MAX_MESSAGES: u32 = 64;

pub(super) struct Connection<'a> {
    pub(super) shared: &'a Shared,
    pub(super) readers: &'a mut Readers,
    delays: &'a mut ReconnectDelays,
    releases: &'a mut mpsc::UnboundedReceiver<Release>,
    link: Box<dyn Link>,
    pub(super) pending: Pending,
    pub(super) unclaimed: UnclaimedEvents,
    /// Calls that wait until an unsubscribe request for the same id has completed.
    blocked: Vec<PendingCall>,
    /// Subscriptions without a reader, which a pending call for the same id takes over.
    pub(super) orphaned: BTreeSet<(&'static str, Arc<str>)>,
    heartbeat: HeartbeatMonitor,
    /// Runs until all subscriptions of the previous connection are restored.
    resubscribe_deadline: Option<Pin<Box<Sleep>>>,
    /// Runs while only unsubscribe requests are pending.
    unsubscribe_deadline: Option<Pin<Box<Sleep>>>,
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
            unsubscribe_deadline: None,
        }
    }

    /// Uses the connection until it is lost, or `None` if it is unused.
    pub(super) async fn run(mut self) -> Option<ConnectionError> {
        self.shared.set_connected();
        self.resubscribe();
        match poll_fn(|context| self.poll(context)).await {
            Some(error) => Some(self.fail(error)),
            None => {
                let closing = self.link.close();
                tokio::spawn(timeout(CLOSE_TIMEOUT, closing));
                None
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<ConnectionError>> {
        loop {
            // Leases that were released before a call was made are handled before the call.
            let work = self.shared.take_work(context);
            while let Poll::Ready(Some(release)) = self.releases.poll_recv(context) {
                if self.readers.remove(&release) {
                    self.unsubscribe(release.channel, release.id, release.done);
                }
            }
            let Some(work) = work else {
                self.shared.set_disconnected(false);
                return Poll::Ready(None);
            };
            self.handle_work(work);
            let handled = match self.poll_messages(context) {
                Ok(MAX_MESSAGES) => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Ok(handled) => handled,
                Err(error) => return Poll::Ready(Some(error.redacted(&self.shared.settings.credentials.redactor()))),
            };
            if self.is_unused() && self.shared.set_disconnected(true) {
                return Poll::Ready(None);
            }
            if handled > 0 {
                continue;
            }
            match self.heartbeat.poll(self.link.activity(), context) {
                Poll::Ready(HeartbeatEvent::PingDue) => {
                    self.link.ping();
                    continue;
                }
                Poll::Ready(HeartbeatEvent::TimedOut) => return self.lost("did not respond to a ping"),
                Poll::Pending => {}
            }
            if is_elapsed(&mut self.resubscribe_deadline, context) {
                return self.lost("did not respond to resubscribing");
            }
            if !is_elapsed(&mut self.unsubscribe_deadline, context) {
                return Poll::Pending;
            }
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
                Poll::Ready(Incoming::Disconnected(error)) => return Err(error),
                Poll::Pending => return Ok(handled),
            }
        }
        Ok(MAX_MESSAGES)
    }

    fn handle_work(&mut self, work: Work) {
        for key in work.cancelled {
            self.blocked.retain(|call| call.key != key);
            self.pending.cancel(key);
        }
        work.calls.into_iter().for_each(|call| self.send(call));
    }

    fn send(&mut self, mut call: PendingCall) {
        if let Some(channel) = call.subscribes {
            let target = call.subscription_id.as_deref().map(|id| (channel.service, id));
            if target.is_some_and(|target| self.pending.unsubscribes().any(|pending| pending == target)) {
                self.blocked.push(call);
                return;
            }
            self.readers.expect(channel);
        } else if call.method.opens.is_some() {
            self.readers.ignore(call.method.service);
        }
        let message = std::mem::take(&mut call.message);
        let id = self.pending.add(PendingRequest::Call(call));
        self.link.send(wire::with_id(message, id));
    }

    pub(super) fn send_blocked(&mut self) {
        std::mem::take(&mut self.blocked).into_iter().for_each(|call| self.send(call));
    }

    fn resubscribe(&mut self) {
        for (channel, id) in self.readers.stale() {
            let Some((method, param)) = channel.subscribing() else { continue };
            self.send_request(method, param, &id.clone(), PendingRequest::Resubscribe(channel, id));
        }
        if self.readers.has_stale() {
            self.resubscribe_deadline = Some(Box::pin(sleep(self.shared.settings.timeout)));
        }
    }

    /// Unsubscribes, unless a pending call for the same id can take the subscription over.
    pub(super) fn unsubscribe(&mut self, channel: &'static Channel, id: Arc<str>, done: Option<UnsubscribeResponse>) {
        if self.pending.subscribes().any(|pending| pending == (channel.service, Some(&id))) {
            self.orphaned.insert((channel.service, id));
        } else if let Some((method, param)) = channel.unsubscribing() {
            self.send_request(method, param, &id.clone(), PendingRequest::Unsubscribe(channel, id, done));
        }
    }

    /// Sends a request whose only parameter is an id.
    fn send_request(&mut self, method: &'static Method, param: &str, id: &str, pending: PendingRequest) {
        let key = self.shared.settings.credentials.last();
        let request = wire::socket_request(method, wire::id_request(param, id), key.as_ref());
        let id = self.pending.add(pending);
        self.link.send(wire::with_id(wire::request_message(&request), id));
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
        if self.resubscribe_deadline.is_none() {
            self.delays.reset();
        }
    }

    fn after_response(&mut self) {
        if self.pending.subscribes().next().is_none() {
            self.unclaimed.clear();
        }
        if self.resubscribe_deadline.is_some() && !self.readers.has_stale() {
            self.resubscribe_deadline = None;
        }
    }

    fn handle_event(&mut self, event: EventBytes) {
        match self.readers.deliver(event, self.shared.settings.json_depth) {
            Ok(None) => {}
            Ok(Some(event)) => {
                let target = (event.service(), event.id());
                if self.pending.subscribes().any(|(service, id)| (service, id.unwrap_or(target.1)) == target) {
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

    fn is_unused(&mut self) -> bool {
        if self.pending.has_calls() || !self.readers.is_empty() || !self.blocked.is_empty() {
            self.unsubscribe_deadline = None;
            return false;
        }
        if self.pending.unsubscribes().next().is_none() {
            return true;
        }
        self.unsubscribe_deadline.get_or_insert_with(|| Box::pin(sleep(UNSUBSCRIBE_TIMEOUT))).is_elapsed()
    }

    /// Fails all calls.
    fn fail(self, error: ConnectionError) -> ConnectionError {
        self.shared.set_disconnected(false);
        let message = format!("the connection broke before the response arrived: {}", error.message);
        let broken = ConnectionError { message, ..error.clone() };
        self.pending.into_calls().for_each(|call| call.fail(&broken, false));
        self.blocked.into_iter().for_each(|call| call.fail(&broken, true));
        error
    }
}

fn is_elapsed(deadline: &mut Option<Pin<Box<Sleep>>>, context: &mut Context<'_>) -> bool {
    deadline.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready())
}
