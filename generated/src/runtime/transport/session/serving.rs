//! One connection at work.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Sleep, sleep, timeout};

use super::buffer::UnclaimedEvents;
use super::heartbeat::{Beat, Pulse};
use super::lease::{Release, Released};
use super::link::{ConnectionError, Incoming, Link};
use super::pending::{Asked, Awaited, Pending};
use super::readers::{Delivery, Readers};
use super::settings::{Effect, Reconnecting};
use super::shared::{QueuedCall, Shared, Work};
use crate::runtime::event::EventError;
use crate::runtime::method::{Channel, Method};
use crate::runtime::wire;
use crate::runtime::wire::{EventBytes, MalformedMessage, ServerMessage};

/// How long the end of a subscription is waited for when nothing else is wanted of the connection.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// How long closing may take. Nobody waits for it.
const CLOSING: Duration = Duration::from_secs(2);

/// The most messages that are handled before other tasks get their turn. Readers then take the events, and free the
/// memory that the next ones are received into.
const MOST_AT_ONCE: u32 = 64;

/// What arrived.
enum Messages {
    None,
    Some,
    /// As many as are handled at once; there may be more.
    Many,
    Lost(ConnectionError),
}

/// One connection at work.
pub(super) struct Serving<'a> {
    pub(super) shared: &'a Shared,
    pub(super) readers: &'a mut Readers,
    reconnecting: &'a mut Reconnecting,
    releases: &'a mut mpsc::UnboundedReceiver<Release>,
    link: Box<dyn Link>,
    pub(super) pending: Pending,
    pub(super) unclaimed: UnclaimedEvents,
    /// Calls that have to wait until a subscription has ended.
    held: Vec<QueuedCall>,
    /// Subscriptions that nobody reads, left to a call that subscribes to the same.
    pub(super) owed: BTreeSet<(&'static str, String)>,
    pulse: Pulse,
    /// When it is too late for the answers to subscribing again.
    again: Option<Pin<Box<Sleep>>>,
    /// When it is too late for the answer to the last unsubscribing.
    last: Option<Pin<Box<Sleep>>>,
}

enum Step {
    Work(Work),
    /// Messages have been handled.
    Handled,
    Lost(ConnectionError),
    Late,
}

impl<'a> Serving<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        readers: &'a mut Readers,
        reconnecting: &'a mut Reconnecting,
        releases: &'a mut mpsc::UnboundedReceiver<Release>,
        link: Box<dyn Link>,
    ) -> Self {
        let (unclaimed, pulse) = (UnclaimedEvents::new(shared.settings.limits), Pulse::new(shared.settings.heartbeat));
        let (pending, held, owed) = (Pending::default(), Vec::new(), BTreeSet::new());
        let (again, last) = (None, None);
        Self { shared, readers, reconnecting, releases, link, pending, unclaimed, held, owed, pulse, again, last }
    }

    /// Works until nothing is wanted of the connection, or it is lost.
    pub(super) async fn run(mut self) -> Option<ConnectionError> {
        self.shared.set_open();
        self.subscribe_again();
        loop {
            match poll_fn(|context| self.poll(context)).await {
                Step::Work(work) => {
                    let closed = work.closed;
                    self.work(work);
                    if closed {
                        self.shared.set_closed(false);
                        self.close();
                        return None;
                    }
                }
                Step::Handled => {}
                Step::Lost(lost) => return Some(self.lost(lost)),
                Step::Late => {}
            }
            if self.is_unused() && self.shared.set_closed(true) {
                self.close();
                return None;
            }
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        // What was released before a call was made is looked at before the call.
        let work = self.shared.poll_work(context);
        let released = self.poll_releases(context);
        if let Poll::Ready(work) = work {
            return Poll::Ready(Step::Work(work));
        }
        if released {
            return Poll::Ready(Step::Handled);
        }
        loop {
            match self.poll_messages(context) {
                Messages::None => {}
                Messages::Some => return Poll::Ready(Step::Handled),
                Messages::Lost(lost) => return Poll::Ready(Step::Lost(lost)),
                Messages::Many => {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
            match self.pulse.poll(self.link.signs(), context) {
                Poll::Pending => break,
                // The link has to be polled once more, to send it.
                Poll::Ready(Beat::Ask) => self.link.ping(),
                Poll::Ready(Beat::Dead) => {
                    let message = format!("{} gave no sign of life", self.target());
                    return Poll::Ready(Step::Lost(ConnectionError::new(message)));
                }
            }
        }
        if self.again.as_mut().is_some_and(|timer| timer.as_mut().poll(context).is_ready()) {
            let message = format!("{} gave no answer to subscribing again", self.target());
            return Poll::Ready(Step::Lost(ConnectionError::new(message)));
        }
        match &mut self.last {
            Some(timer) => timer.as_mut().poll(context).map(|()| Step::Late),
            None => Poll::Pending,
        }
    }

    /// Handles messages that have arrived.
    fn poll_messages(&mut self, context: &mut Context<'_>) -> Messages {
        for handled in 0..MOST_AT_ONCE {
            match self.link.poll(context) {
                Poll::Ready(Incoming::Message(message)) => self.message(message),
                Poll::Ready(Incoming::Disconnected(lost)) => return Messages::Lost(lost),
                Poll::Pending if handled == 0 => return Messages::None,
                Poll::Pending => return Messages::Some,
            }
        }
        Messages::Many
    }

    fn target(&self) -> &str {
        self.shared.settings.connector.target()
    }

    /// Does what callers want.
    fn work(&mut self, work: Work) {
        for key in work.cancelled {
            self.held.retain(|call| call.key != key);
            self.pending.cancel(key);
        }
        for call in work.calls {
            self.call(call);
        }
    }

    /// Ends the subscriptions of readers that are gone. Returns whether there were any.
    fn poll_releases(&mut self, context: &mut Context<'_>) -> bool {
        let mut released = false;
        while let Poll::Ready(Some(Release { key, done })) = self.releases.poll_recv(context) {
            released = true;
            if let Some((channel, id)) = self.readers.remove(key) {
                if self.pending.subscribes(channel, &id) {
                    // The call that subscribes to it too is going to need it, unless it fails.
                    self.owed.insert((channel.service, id));
                } else {
                    self.unsubscribe(channel, id, done);
                }
            }
        }
        released
    }

    fn call(&mut self, call: QueuedCall) {
        match &call.effect {
            Effect::Opens(opens) => {
                if opens.id.as_ref().is_some_and(|id| self.pending.unsubscribes(opens.channel, id)) {
                    self.held.push(call);
                    return;
                }
                self.readers.expect(opens.channel);
            }
            Effect::Unwanted => self.readers.expect_unwanted(call.method.service),
            Effect::Nothing | Effect::Closes(_) => {}
        }
        let QueuedCall { key, method, message, effect, slot, reply, permit, .. } = call;
        let id = self.pending.add(Awaited::Call(Asked { key, method, effect, slot, reply, _permit: permit }));
        self.link.send(wire::with_id(message, id));
    }

    /// Makes the calls that waited for the end of a subscription.
    pub(super) fn call_held(&mut self) {
        for call in std::mem::take(&mut self.held) {
            self.call(call);
        }
    }

    fn subscribe_again(&mut self) {
        for (channel, id) in self.readers.stale() {
            let Some((method, param)) = channel.subscribing() else { continue };
            self.send_about(method, param, &id.clone(), Awaited::Again { channel, id });
        }
        if self.readers.is_stale() {
            self.again = Some(Box::pin(sleep(self.shared.settings.timeout)));
        }
    }

    pub(super) fn unsubscribe(&mut self, channel: &'static Channel, id: String, done: Option<Released>) {
        let Some((method, param)) = channel.unsubscribing() else { return };
        self.send_about(method, param, &id.clone(), Awaited::Unsubscribe { service: channel.service, id, done });
    }

    /// Sends a message of which the only parameter is an id.
    fn send_about(&mut self, method: &'static Method, param: &str, id: &str, awaited: Awaited) {
        let key = self.shared.settings.credentials.last();
        let request = wire::socket_request(method, wire::id_request(param, id), key.as_ref());
        let id = self.pending.add(awaited);
        self.link.send(wire::with_id(wire::request_message(&request), id));
    }

    fn message(&mut self, message: Bytes) {
        match wire::read_server_message(message) {
            Ok(ServerMessage::Response { id, body }) => {
                self.respond(id, body);
                self.after_response();
            }
            Ok(ServerMessage::Event(event)) => self.event(event),
            // One of the calls would wait in vain, and nothing says which: all of them get a malformed response.
            Err(MalformedMessage::Response(failure)) => {
                self.pending.call_ids().into_iter().for_each(|id| self.respond(id, Bytes::new()));
                self.after_response();
                self.readers.report(&EventError::new("", "", failure));
            }
            Err(MalformedMessage::Event { service, failure }) => {
                self.readers.report(&EventError::new(&service, "", failure));
            }
        }
        if self.again.is_none() {
            self.reconnecting.reset();
        }
    }

    fn after_response(&mut self) {
        if !self.pending.opens() {
            self.unclaimed.clear();
        }
        if self.again.is_some() && !self.readers.is_stale() {
            self.again = None;
        }
    }

    fn event(&mut self, event: EventBytes) {
        let deepest = self.shared.settings.json_depth;
        let unread = match self.readers.deliver(event, deepest) {
            Delivery::Read => return,
            Delivery::Unread(event) => event,
            Delivery::Malformed(error) => return self.readers.report(&error),
        };
        if self.pending.may_open(unread.channel(), unread.id()) {
            self.unclaimed.hold(unread);
        }
    }

    /// Whether nothing is wanted of the connection any more.
    fn is_unused(&mut self) -> bool {
        if self.pending.is_waited_for() || !self.readers.is_empty() || !self.held.is_empty() {
            self.last = None;
            return false;
        }
        if !self.pending.is_unsubscribing() {
            return true;
        }
        let timer = self.last.get_or_insert_with(|| Box::pin(sleep(LAST_ANSWER)));
        timer.is_elapsed()
    }

    fn close(self) {
        let closing = self.link.close();
        tokio::spawn(async move {
            let _ = timeout(CLOSING, closing).await;
        });
    }

    /// Fails everyone who awaits an answer.
    fn lost(self, lost: ConnectionError) -> ConnectionError {
        self.shared.set_closed(false);
        let message = format!("the connection broke before the answer came: {}", lost.message);
        let broken = ConnectionError { message, ..lost.clone() };
        for awaited in self.pending.into_all() {
            if let Awaited::Call(call) = awaited {
                let _ = call.reply.send(Err(broken.failure(false)));
            }
        }
        for call in self.held {
            call.fail(&broken, true);
        }
        lost
    }
}
