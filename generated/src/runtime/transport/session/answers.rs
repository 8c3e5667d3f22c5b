//! What responses do.

use bytes::Bytes;

use super::lease::Lease;
use super::pending::{Asked, Awaited};
use super::serving::Serving;
use super::settings::{Effect, Opens};
use super::trace;
use crate::runtime::event::EndReason;
use crate::runtime::method::{Channel, IdSource, Method};
use crate::runtime::transport::received::{ReadOutcome, Received};
use crate::runtime::wire;
use crate::runtime::wire::ResponseError;

impl Serving<'_> {
    /// Gives a response to whom it is for. One that nobody awaits is for a call that was given up.
    pub(super) fn respond(&mut self, id: u32, body: Bytes) {
        match self.pending.take(id) {
            None => {}
            Some(Awaited::Call(call)) => self.respond_to_call(call, body),
            Some(Awaited::Abandoned { method, opens, slot }) => {
                let outcome = slot.read(body.clone().into(), self.json_depth());
                let id =
                    opened(method, &opens, &outcome).or_else(|| opened_nevertheless(method, &opens, &outcome, &body));
                self.settle(&opens, id);
            }
            Some(Awaited::Again { channel, id }) => self.subscribed_again(channel, &id, body),
            Some(Awaited::Unsubscribe { done, .. }) => {
                if let Some(done) = done {
                    let _ = done.send(Some(body));
                }
                self.call_held();
            }
        }
    }

    fn json_depth(&self) -> usize {
        self.shared.settings.json_depth
    }

    fn respond_to_call(&mut self, call: Asked, body: Bytes) {
        let Asked { key, method, effect, slot, reply, _permit } = call;
        let mut received = Received::read(body.clone().into(), &*slot, self.json_depth());
        match effect {
            Effect::Nothing | Effect::Unwanted => {}
            Effect::Closes(id) => {
                if let ReadOutcome::Result { .. } = received.outcome {
                    self.readers.end(method.service, &id, &EndReason::Unsubscribed);
                }
            }
            Effect::Opens(opens) => match opened(method, &opens, &received.outcome) {
                Some(id) => received.lease = Some(self.register(key, opens.channel, id)),
                None => {
                    let id = opened_nevertheless(method, &opens, &received.outcome, &body);
                    self.settle(&opens, id);
                }
            },
        }
        // Whoever has given up meanwhile gives the subscription back by that.
        let _ = reply.send(Ok(received));
    }

    /// Makes the subscription before anything else is read, so that no event of it is lost.
    fn register(&mut self, key: u64, channel: &'static Channel, id: String) -> Lease {
        self.owed.remove(&(channel.service, id.clone()));
        let buffer = self.unclaimed.take(channel.service, &id);
        self.readers.add(key, channel, id, buffer)
    }

    /// Ends a subscription without a reader: one that an abandoned call made, or that was left to a call that failed.
    fn settle(&mut self, opens: &Opens, made: Option<String>) {
        let owed = opens.id.clone().filter(|id| self.owed.remove(&(opens.channel.service, id.clone())));
        let Some(id) = made.or(owed) else { return };
        if self.readers.has(opens.channel.service, &id) {
            return;
        }
        if self.pending.subscribes(opens.channel, &id) {
            self.owed.insert((opens.channel.service, id));
        } else {
            self.unsubscribe(opens.channel, id, None);
        }
    }

    fn subscribed_again(&mut self, channel: &'static Channel, id: &str, body: Bytes) {
        let deepest = self.json_depth();
        let readers = &mut self.readers;
        match wire::read_acknowledgement(body, deepest) {
            Ok(()) => {
                trace::resubscribed(channel.service, id);
                readers.resumed(channel.service, id);
            }
            Err(ResponseError::Api { error, .. }) => readers.end(channel.service, id, &EndReason::Rejected(error)),
            Err(ResponseError::Malformed(failure)) => {
                let message = format!("the answer to subscribing again is malformed: {}", failure.explain());
                readers.end(channel.service, id, &EndReason::ConnectionLost { message });
            }
        }
    }
}

/// The id that a successful call has subscribed to.
fn opened(method: &Method, opens: &Opens, outcome: &ReadOutcome) -> Option<String> {
    let ReadOutcome::Result { subscription_id } = outcome else { return None };
    match method.opens? {
        IdSource::Params(_) => opens.id.clone(),
        IdSource::Result(_) => subscription_id.clone(),
    }
}

/// The same for a result that cannot be read: the server has subscribed all the same, and nobody is going to read the
/// events.
fn opened_nevertheless(method: &Method, opens: &Opens, outcome: &ReadOutcome, body: &Bytes) -> Option<String> {
    let ReadOutcome::Malformed(_) = outcome else { return None };
    let result = wire::result_members(body)?;
    match method.opens? {
        IdSource::Params(_) => opens.id.clone(),
        IdSource::Result(name) => result.get(name)?.as_str().map(str::to_owned),
    }
}
