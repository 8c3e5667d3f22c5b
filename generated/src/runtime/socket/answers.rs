//! What answers do.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::pending::{Asked, Awaited};
use super::serving::Serving;
use super::{Answered, Effect, Lease, Opens};
use crate::runtime::trace;
use crate::runtime::wire::{self, Outcome};
use crate::runtime::{Channel, EndReason, IdSource, Method};

impl Serving<'_> {
    /// Gives an answer to whom it is for. One that nobody awaits is for a call that was given up.
    pub(super) fn answer(&mut self, id: u32, answer: Bytes) {
        match self.pending.take(id) {
            None => {}
            Some(Awaited::Call(call)) => self.answer_call(call, answer),
            Some(Awaited::Abandoned { method, opens }) => {
                let id = opened(method, &opens, &answer);
                self.settle(&opens, id);
            }
            Some(Awaited::Again { channel, id }) => self.answer_again(channel, &id, answer),
            Some(Awaited::Unsubscribe { told, .. }) => {
                if let Some(told) = told {
                    let _ = told.send(Some(answer));
                }
                self.call_held();
            }
        }
    }

    fn answer_call(&mut self, call: Asked, answer: Bytes) {
        let Asked { key, method, effect, reply, _permit } = call;
        let lease = match effect {
            Effect::Nothing | Effect::Unwanted => None,
            Effect::Closes(id) => {
                if let Ok(Outcome::Result(_)) = wire::outcome(method, answer.clone()) {
                    self.task.readers.end(method.service, &id, &EndReason::Unsubscribed);
                }
                None
            }
            Effect::Opens(opens) => match opened(method, &opens, &answer) {
                Some(id) => Some(self.register(key, opens.channel, id)),
                None => {
                    self.settle(&opens, None);
                    None
                }
            },
        };
        // Whoever has given up meanwhile gives the subscription back by that.
        let _ = reply.send(Ok(Answered { answer, files: Vec::new(), lease }));
    }

    /// Makes the subscription before anything else is read, so that no event of it is lost.
    fn register(&mut self, key: u64, channel: &'static Channel, id: String) -> Lease {
        self.owed.remove(&(channel.service, id.clone()));
        let buffer = Arc::new(self.orphans.take(channel.service, &id));
        if !buffer.is_ended() {
            self.task.readers.add(channel, &id, key, buffer.clone());
        }
        Lease::new(self.task.shared.clone(), key, channel, id, buffer)
    }

    /// Ends a subscription without a reader: one that an abandoned call made, or that was left to a call that failed.
    fn settle(&mut self, opens: &Opens, made: Option<String>) {
        let owed = opens.id.clone().filter(|id| self.owed.remove(&(opens.channel.service, id.clone())));
        let Some(id) = made.or(owed) else { return };
        if self.task.readers.has(opens.channel.service, &id) {
            return;
        }
        if self.pending.subscribes(opens.channel, &id) {
            self.owed.insert((opens.channel.service, id));
        } else {
            self.unsubscribe(opens.channel, id, None);
        }
    }

    fn answer_again(&mut self, channel: &'static Channel, id: &str, answer: Bytes) {
        let deepest = self.task.shared.settings.json_depth;
        let readers = &mut self.task.readers;
        let outcome = channel.subscribe.map(|method| {
            wire::check_depth(&answer, deepest)?;
            wire::outcome(method, answer)
        });
        match outcome {
            Some(Ok(Outcome::Result(_))) | None => {
                trace::subscribed_again(channel.service, id);
                readers.resumed(channel.service, id);
            }
            Some(Ok(Outcome::Error(error))) => readers.end(channel.service, id, &EndReason::Refused(error)),
            Some(Err(failure)) => {
                let message = format!("the answer to subscribing again is malformed: {}", failure.explain());
                readers.end(channel.service, id, &EndReason::ConnectionLost { message });
            }
        }
    }
}

/// The id that a successful call has subscribed to.
///
/// Also in an answer that is nested more deeply than the caller allows for: the server has subscribed all the same, and
/// the caller, who is told so, gives the subscription back.
fn opened(method: &Method, opens: &Opens, answer: &Bytes) -> Option<String> {
    let Ok(Outcome::Result(result)) = wire::outcome(method, answer.clone()) else { return None };
    match opens.source {
        IdSource::Params(_) => opens.id.clone(),
        IdSource::Result(name) => text(&result, name),
    }
}

fn text(object: &Map<String, Value>, name: &str) -> Option<String> {
    object.get(name).and_then(Value::as_str).map(str::to_owned)
}
