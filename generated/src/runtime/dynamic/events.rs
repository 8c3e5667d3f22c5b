//! Events by name.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use futures_core::future::BoxFuture;

use super::call::DynamicCall;
use super::operation::DynamicOperation;
use crate::runtime::client::Subscribable;
use crate::runtime::error::Error;
use crate::runtime::event::{EventSet, RawEvent, Update};
use crate::runtime::follow::Subscription;
use crate::runtime::method::Channel;

/// The events that a method subscribes to.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct EventsInfo {
    /// The facts of the events.
    pub channel: &'static Channel,
    subscribe: fn(DynamicCall) -> BoxFuture<'static, Result<DynamicSubscription, Error>>,
}

impl fmt::Debug for EventsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventsInfo").field("channel", self.channel).finish_non_exhaustive()
    }
}

impl DynamicOperation {
    /// Makes it a method that subscribes to events.
    #[must_use]
    pub const fn subscribes<R: Subscribable>(mut self) -> Self {
        self.events = Some(EventsInfo { channel: R::Events::CHANNEL, subscribe: subscribe::<R> });
        self
    }
}

impl DynamicCall {
    /// Makes the call, and subscribes to the events of its session.
    ///
    /// # Errors
    ///
    /// As those of [`Call::subscribe`](crate::Call::subscribe); [`Error::Invalid`] if the method does not subscribe to events.
    pub async fn subscribe(self) -> Result<DynamicSubscription, Error> {
        match self.operation.events {
            Some(events) => (events.subscribe)(self).await,
            None => Err(self.operation.lacks("subscribes to no events")),
        }
    }
}

fn subscribe<R: Subscribable>(call: DynamicCall) -> BoxFuture<'static, Result<DynamicSubscription, Error>> {
    Box::pin(async move {
        let subscription = call.typed::<R>()?.subscribe().await.map_err(Error::into_raw)?;
        Ok(DynamicSubscription(Box::new(subscription)))
    })
}

/// The events of a session, without their type.
#[must_use = "dropping a subscription unsubscribes"]
pub struct DynamicSubscription(Box<dyn Events>);

impl DynamicSubscription {
    /// The session's id.
    pub fn id(&self) -> &str {
        self.0.id()
    }

    /// The next update; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Update<RawEvent>> {
        self.0.next().await
    }
}

impl fmt::Debug for DynamicSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicSubscription").field("id", &self.id()).finish_non_exhaustive()
    }
}

/// A subscription, whatever its events.
trait Events: Send {
    fn id(&self) -> &str;
    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Update<RawEvent>>> + Send + '_>>;
}

impl<E: EventSet> Events for Subscription<E> {
    fn id(&self) -> &str {
        self.id()
    }

    fn next(&mut self) -> Pin<Box<dyn Future<Output = Option<Update<RawEvent>>> + Send + '_>> {
        Box::pin(self.next_raw())
    }
}
