//! Requests that wait for a response.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::BytesMut;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::lease::UnsubscribeResponse;
use super::link::ConnectionError;
use crate::runtime::error::Failure;
use crate::runtime::method::{Channel, Method, TransportKind};
use crate::runtime::transport::response::{Received, Slot};

/// The maximum number of sent requests that wait for a response, but no caller does.
const MAX_BACKGROUND_REQUESTS: usize = 4096;

pub(super) enum PendingRequest {
    Call(PendingCall),
    /// Restores a subscription of the previous connection.
    Resubscribe(&'static Channel, Arc<str>),
    Unsubscribe(&'static Channel, Arc<str>, Option<UnsubscribeResponse>),
}

/// A call that is queued, or waits for its response.
pub(super) struct PendingCall {
    pub(super) key: u64,
    pub(super) method: &'static Method,
    /// The message without its id; taken when it is sent.
    pub(super) message: BytesMut,
    /// The events that the caller reads.
    pub(super) subscribes: Option<&'static Channel>,
    /// The id in the parameters that the call subscribes to, or whose subscription it ends.
    pub(super) subscription_id: Option<Arc<str>>,
    pub(super) slot: Arc<dyn Slot>,
    pub(super) reply: oneshot::Sender<Result<Received, Failure>>,
    /// Limits the number of calls; `None` after the call was cancelled.
    pub(super) call_permit: Option<OwnedSemaphorePermit>,
    /// Limits the bytes of queued calls; `None` after the call was sent.
    pub(super) byte_permit: Option<OwnedSemaphorePermit>,
}

impl PendingCall {
    /// The error code if the call must not open a connection.
    pub(super) fn offline_error(&self) -> Option<&'static str> {
        match self.method.transport {
            TransportKind::OpenWebSocketElse { error } => Some(error),
            _ => None,
        }
    }

    /// The service and, if it is known, the id that the call subscribes to.
    fn subscribes_to(&self) -> Option<(&'static str, Option<&str>)> {
        Some((self.subscribes?.service, self.subscription_id.as_deref()))
    }

    /// The service and the id of the subscription that the call ends.
    fn unsubscribes_from(&self) -> Option<(&'static str, Option<&str>)> {
        self.method.closes.map(|_| (self.method.service, self.subscription_id.as_deref()))
    }

    pub(super) fn fail(self, error: &ConnectionError, unsent: bool) {
        let _ = self.reply.send(Err(error.failure(unsent)));
    }
}

/// The requests of a connection that wait for a response.
#[derive(Default)]
pub(super) struct Pending {
    next_id: u32,
    requests: BTreeMap<u32, PendingRequest>,
    /// The ids of calls that have not been cancelled, by their key.
    calls: BTreeMap<u64, u32>,
    /// Requests to resubscribe and unsubscribe that have not been sent: at most one each for the subscriptions that the
    /// connection has had a reader of at a time.
    unsent: VecDeque<PendingRequest>,
}

impl Pending {
    /// Queues a request, which is sent before any call.
    pub(super) fn queue(&mut self, request: PendingRequest) {
        self.unsent.push_back(request);
    }

    /// Takes the next queued request.
    pub(super) fn next_queued(&mut self) -> Option<PendingRequest> {
        self.unsent.pop_front()
    }

    /// Adds a request that is sent; returns the id of its message.
    pub(super) fn add(&mut self, request: PendingRequest) -> u32 {
        while self.requests.contains_key(&self.next_id) {
            self.next_id = self.next_id.wrapping_add(1);
        }
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        if let PendingRequest::Call(call) = &request {
            self.calls.insert(call.key, id);
        }
        self.requests.insert(id, request);
        self.limit_background_requests();
        id
    }

    /// Takes a request; `None` if it was cancelled.
    pub(super) fn take(&mut self, id: u32) -> Option<PendingRequest> {
        let request = self.requests.remove(&id)?;
        if let PendingRequest::Call(call) = &request {
            self.calls.remove(&call.key);
        }
        Some(request)
    }

    /// Cancels a call. One that subscribes or unsubscribes stays pending, as its response changes the subscriptions.
    pub(super) fn cancel(&mut self, key: u64) {
        let Some(id) = self.calls.remove(&key) else { return };
        match self.requests.get_mut(&id) {
            Some(PendingRequest::Call(call)) if call.subscribes_to().or(call.unsubscribes_from()).is_some() => {
                call.call_permit = None;
            }
            _ => drop(self.requests.remove(&id)),
        }
        self.limit_background_requests();
    }

    /// Drops the oldest request that no caller waits for, if there are too many.
    fn limit_background_requests(&mut self) {
        if self.requests.len().saturating_sub(self.calls.len()) <= MAX_BACKGROUND_REQUESTS {
            return;
        }
        let oldest = self.requests.iter().find(|(_, request)| match request {
            PendingRequest::Call(call) => !self.calls.contains_key(&call.key),
            PendingRequest::Unsubscribe(..) => true,
            PendingRequest::Resubscribe(..) => false,
        });
        if let Some((&id, _)) = oldest {
            self.requests.remove(&id);
        }
    }

    /// The ids of calls that have not been cancelled.
    pub(super) fn call_ids(&self) -> Vec<u32> {
        self.calls.values().copied().collect()
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Whether a request to unsubscribe is queued, or waits for its response.
    pub(super) fn has_unsubscribes(&self) -> bool {
        self.unanswered().any(|request| matches!(request, PendingRequest::Unsubscribe(..)))
    }

    /// Whether the call has to wait for a response: subscribing to a session and unsubscribing from it take turns, as the
    /// server may handle requests in any order.
    pub(super) fn blocks(&self, call: &PendingCall) -> bool {
        if let Some((service, Some(id))) = call.subscribes_to() {
            return self.is_unsubscribing(service, id);
        }
        match call.unsubscribes_from() {
            Some((service, Some(id))) => self.is_subscribing(service, id),
            _ => false,
        }
    }

    fn is_unsubscribing(&self, service: &str, id: &str) -> bool {
        self.unanswered().any(|request| match request {
            PendingRequest::Call(call) => call.unsubscribes_from() == Some((service, Some(id))),
            PendingRequest::Unsubscribe(channel, session, _) => (channel.service, &**session) == (service, id),
            PendingRequest::Resubscribe(..) => false,
        })
    }

    /// Whether a request to subscribe or resubscribe to this session is queued, or waits for its response.
    pub(super) fn is_subscribing(&self, service: &str, id: &str) -> bool {
        self.unanswered().any(|request| match request {
            PendingRequest::Call(call) => call.subscribes_to() == Some((service, Some(id))),
            PendingRequest::Resubscribe(channel, session) => (channel.service, &**session) == (service, id),
            PendingRequest::Unsubscribe(..) => false,
        })
    }

    /// The services and ids of calls that subscribe. Some ids are known only after the response.
    pub(super) fn subscribes(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        self.requests.values().filter_map(|request| match request {
            PendingRequest::Call(call) => call.subscribes_to(),
            _ => None,
        })
    }

    fn unanswered(&self) -> impl Iterator<Item = &PendingRequest> {
        self.requests.values().chain(&self.unsent)
    }

    pub(super) fn into_calls(self) -> impl Iterator<Item = PendingCall> {
        self.requests.into_values().filter_map(|request| match request {
            PendingRequest::Call(call) => Some(call),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BACKGROUND_REQUESTS, Pending, PendingRequest};
    use crate::runtime::method::Channel;

    static CHANNEL: Channel = Channel { service: "S", id: "id", subscribe: None, unsubscribe: None, events: &[] };

    fn add(pending: &mut Pending) -> u32 {
        pending.add(PendingRequest::Unsubscribe(&CHANNEL, "".into(), None))
    }

    #[test]
    fn ids_wrap_and_skip_pending_requests() {
        let mut pending = Pending::default();
        assert_eq!([(); 3].map(|()| add(&mut pending)), [0, 1, 2]);
        assert!(pending.take(1).is_some() && pending.take(1).is_none());
        pending.next_id = u32::MAX;
        assert_eq!([(); 3].map(|()| add(&mut pending)), [u32::MAX, 1, 3]);
    }

    #[test]
    fn number_of_requests_without_response_is_bounded() {
        let mut pending = Pending::default();
        for _ in 0..MAX_BACKGROUND_REQUESTS.saturating_mul(2) {
            add(&mut pending);
        }
        assert_eq!(pending.requests.len(), MAX_BACKGROUND_REQUESTS);
    }
}
