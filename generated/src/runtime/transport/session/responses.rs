//! Responses, and the subscriptions that they begin and end.

use std::sync::Arc;

use bytes::Bytes;

use super::connection::Connection;
use super::pending::{PendingCall, PendingRequest};
use super::settings::SessionSettings;
#[cfg(feature = "test-util")]
use crate::runtime::error::Failure;
use crate::runtime::event::EndReason;
use crate::runtime::method::{Channel, IdSource, Method};
use crate::runtime::transport::response::{ReadOutcome, Received};
use crate::runtime::wire;
use crate::runtime::wire::ResponseError;

impl Connection<'_> {
    /// Handles a response. Those to cancelled requests are dropped.
    pub(super) fn respond(&mut self, id: u32, body: Bytes) {
        match self.pending.take(id) {
            None => {}
            Some(PendingRequest::Call(call)) => self.respond_to_call(call, body),
            Some(PendingRequest::Resubscribe(channel, id)) => self.handle_resubscribed(channel, &id, body),
            Some(PendingRequest::Unsubscribe(channel, id, done)) => {
                // Events until here are of the subscription that has ended.
                self.unclaimed.forget(channel.service, &id);
                if let Some(done) = done {
                    let _ = done.send(Some(body));
                }
            }
        }
    }

    /// Handles the failure of a request.
    #[cfg(feature = "test-util")]
    pub(super) fn fail(&mut self, id: u32, failure: Failure) {
        match self.pending.take(id) {
            // Its caller need not know: the subscription has ended in any case.
            None | Some(PendingRequest::Unsubscribe(..)) => {}
            Some(PendingRequest::Call(call)) => {
                if let Some(channel) = call.subscribes {
                    self.discard(channel, None, call.subscription_id);
                }
                let _ = call.reply.send(Err(failure));
            }
            Some(PendingRequest::Resubscribe(channel, id)) => {
                self.orphaned.remove(&(channel.service, id.clone()));
                let message = format!("resubscription failed: {}", failure.explain());
                self.readers.end(channel.service, &id, &EndReason::ConnectionLost { message });
            }
        }
    }

    fn respond_to_call(&mut self, call: PendingCall, body: Bytes) {
        let PendingCall { key, method, subscription_id, .. } = call;
        let mut received = Received::read(body.clone().into(), &*call.slot, self.shared.settings.json_limits);
        let is_result = matches!(received.outcome, ReadOutcome::Result { .. });
        if let Some(channel) = call.subscribes {
            let id = subscribed_id(method, subscription_id.as_ref(), &received.outcome, &body);
            match id {
                // Before other messages are handled, so that no event is missed.
                Some(id) if is_result => {
                    self.orphaned.remove(&(channel.service, id.clone()));
                    let has_others = self.pending.is_subscribing(channel.service, &id);
                    let buffer = self.unclaimed.take(channel.service, &id, has_others);
                    received.lease = Some(self.readers.add(key, channel, id, buffer));
                }
                id => self.discard(channel, id, subscription_id),
            }
        } else if let (Some(id), true, true) = (subscription_id, method.closes.is_some(), is_result) {
            self.unclaimed.forget(method.service, &id);
            self.readers.end(method.service, &id, &EndReason::Unsubscribed);
        }
        // If the call was cancelled, this drops the lease, which unsubscribes.
        let _ = call.reply.send(Ok(received));
    }

    /// Ends the subscription that a call has made without a readable result, or the orphaned one that it did not take
    /// over.
    fn discard(&mut self, channel: &'static Channel, made: Option<Arc<str>>, expected: Option<Arc<str>>) {
        let orphaned = expected.filter(|id| self.orphaned.remove(&(channel.service, id.clone())));
        if let Some(id) = made.or(orphaned).filter(|id| !self.readers.has(channel.service, id)) {
            self.unsubscribe(channel, id, None);
        }
    }

    fn handle_resubscribed(&mut self, channel: &'static Channel, id: &Arc<str>, body: Bytes) {
        let service = channel.service;
        let SessionSettings { credentials, json_limits, .. } = &self.shared.settings;
        let result = wire::read_acknowledgement(body, *json_limits);
        if self.orphaned.remove(&(service, id.clone())) {
            // Its last reader has left meanwhile.
            if !matches!(result, Err(ResponseError::Api { .. })) {
                self.unsubscribe(channel, id.clone(), None);
            }
            return;
        }
        match result.map_err(|error| error.redacted(&credentials.redactor())) {
            Ok(()) => {
                #[cfg(feature = "tracing")]
                tracing::debug!(target: "decthings::socket", { rpc.service = service, id = &**id }, "resubscribed");
                self.readers.resumed(service, id);
            }
            Err(ResponseError::Api { error, .. }) => self.readers.end(service, id, &EndReason::Rejected(error)),
            Err(ResponseError::Malformed(failure)) => {
                let message = format!("malformed response to resubscribing: {}", failure.explain());
                self.readers.end(service, id, &EndReason::ConnectionLost { message });
            }
        }
    }
}

/// The id that a call has subscribed to. The server has subscribed even if the client cannot read the result.
fn subscribed_id(method: &Method, param: Option<&Arc<str>>, outcome: &ReadOutcome, body: &Bytes) -> Option<Arc<str>> {
    match (outcome, method.opens?) {
        (ReadOutcome::Api { .. }, _) => None,
        (ReadOutcome::Result { .. }, IdSource::Params(_)) => param.cloned(),
        (ReadOutcome::Result { subscription_id }, IdSource::Result(_)) => subscription_id.as_deref().map(Arc::from),
        (ReadOutcome::Malformed(_), IdSource::Params(_)) => param.filter(|_| wire::has_result(body)).cloned(),
        (ReadOutcome::Malformed(_), IdSource::Result(name)) => wire::result_text(body, name).map(Arc::from),
    }
}
