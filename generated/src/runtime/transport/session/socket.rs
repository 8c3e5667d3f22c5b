//! A client's session with the service.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::link::ConnectionError;
use super::pending::PendingCall;
use super::settings::SessionSettings;
use super::shared::Shared;
use super::task::Task;
use crate::runtime::error::Failure;
use crate::runtime::method::{Channel, Method};
use crate::runtime::text::count;
use crate::runtime::transport::response::{Received, Slot};
use crate::runtime::wire;
use crate::runtime::wire::RequestFrame;

pub(crate) struct SessionCall<'a> {
    pub(crate) method: &'static Method,
    pub(crate) frame: &'a RequestFrame,
    /// The id in the parameters that the call subscribes to, or whose subscription it ends.
    pub(crate) subscription_id: Option<&'a str>,
    /// The events that the caller reads.
    pub(crate) subscribes: Option<&'static Channel>,
    pub(crate) slot: &'a Arc<dyn Slot>,
}

/// A client's session with the service. Dropping it closes the connection.
pub(crate) struct Session(Option<Arc<Shared>>);

impl Session {
    /// A session; without settings, all calls fail.
    pub(crate) fn new(settings: Option<SessionSettings>) -> Self {
        Self(settings.map(|settings| Arc::new(Shared::new(settings))))
    }

    pub(crate) async fn call(&self, call: SessionCall<'_>) -> Result<Received, Failure> {
        let Some(shared) = &self.0 else {
            return Err(Failure::invalid("", "calls on the WebSocket need the cargo feature `ws`"));
        };
        let SessionSettings { credentials, max_message_bytes, .. } = &shared.settings;
        let call_permit = shared.call_permit().await;
        let api_key = credentials.key().await?;
        let request = wire::socket_request(call.method, call.frame.clone(), api_key.as_ref());
        let len = wire::message_len(&request);
        if len > *max_message_bytes {
            let reason = format!(
                "the message has {}, and the limit is {max_message_bytes}; `ClientBuilder::max_message_bytes` changes it",
                count(len, "byte")
            );
            return Err(Failure::invalid("", reason));
        }
        // Before the blobs are copied into the message.
        let byte_permit = shared.byte_permit(len).await;
        let (reply, response) = oneshot::channel();
        let guard = CancelGuard { shared, key: shared.new_key() };
        let call = PendingCall {
            key: guard.key,
            method: call.method,
            message: wire::request_message(&request),
            subscribes: call.subscribes,
            subscription_id: call.subscription_id.map(Arc::from),
            slot: call.slot.clone(),
            reply,
            call_permit,
            byte_permit,
        };
        if shared.enqueue(call) {
            tokio::spawn(Task::new(shared.clone()).run());
        }
        let response = response.await;
        // The call is complete, so there is nothing to cancel.
        std::mem::forget(guard);
        response.unwrap_or_else(|_| Err(ConnectionError::new("the task of the connection has ended").failure(false)))
    }
}

/// Cancels a call whose future is dropped.
struct CancelGuard<'a> {
    shared: &'a Shared,
    key: u64,
}

impl Drop for CancelGuard<'_> {
    fn drop(&mut self) {
        self.shared.cancel(self.key);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(shared) = &self.0 {
            shared.close();
        }
    }
}
