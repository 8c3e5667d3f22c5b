//! Events of a session, as they come.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::runtime::client::{Call, Client, Subscribable};
use crate::runtime::error::{Error, Failure};
use crate::runtime::event::{EventSet, RawEvent, Update};
use crate::runtime::method::IdSource;
use crate::runtime::transport::Lease;

/// Events of a session, as they come: a stream, which ends after the session's last event.
///
/// Updates wait in a buffer of bounded size; a reader that is too slow is told with [`Update::Lagged`] what it missed,
/// and holds nobody up. If the connection is lost, the client connects and subscribes again, and tells with
/// [`Update::Gap`] where events are missing.
///
/// Dropping it unsubscribes, without waiting for the server.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription<E> {
    // Is dropped before the client, which takes the connection with it.
    lease: Lease,
    client: Client,
    events: PhantomData<fn() -> E>,
}

impl<R: Subscribable> Call<R> {
    /// Makes the call on the WebSocket, and subscribes to the events of what it starts or names.
    ///
    /// Events that come before the response are delivered as well. Those of a call that was only sent are dropped.
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send).
    pub async fn subscribe(self) -> Result<Subscription<R::Events>, Error<R::Error>> {
        let (_, lease, info) = self.make(Some(R::Events::CHANNEL)).await?;
        match lease {
            Some(lease) => Ok(Subscription::new(self.client().clone(), lease)),
            None => {
                let path = match R::METHOD.opens {
                    Some(IdSource::Params(name) | IdSource::Result(name)) => format!("result.{name}"),
                    None => "result".to_owned(),
                };
                Err(Failure::decode(path, "the id to subscribe to is missing", "").at(info))
            }
        }
    }
}

impl<E: EventSet> Subscription<E> {
    pub(crate) fn new(client: Client, lease: Lease) -> Self {
        Self { lease, client, events: PhantomData }
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        &self.lease.id
    }

    /// The client that subscribed.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The next update; `None` when nothing follows. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Update<E>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Unsubscribes, and waits until the server has done so. Updates that have not been read are lost.
    ///
    /// # Errors
    ///
    /// The server refused it, or did not answer in time. That the session, its subscription or the connection ended
    /// meanwhile is no error.
    pub async fn unsubscribe(self) -> Result<(), Error> {
        let Self { lease, client, .. } = self;
        let Some(at) = lease.channel.unsubscribe else { return Ok(()) };
        client.give_back(lease, at).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Update<E>>> {
        self.lease.buffer.poll_next(context).map(|update| update.map(typed))
    }
}

fn typed<E: EventSet>(update: Update<RawEvent>) -> Update<E> {
    match update {
        Update::Event(event) => match E::read(event) {
            Ok(event) => Update::Event(event),
            Err(error) => Update::Malformed(error),
        },
        Update::Lagged(events) => Update::Lagged(events),
        Update::Gap => Update::Gap,
        Update::Malformed(error) => Update::Malformed(error),
        Update::Ended(reason) => Update::Ended(reason),
    }
}

impl<E: EventSet> Stream for Subscription<E> {
    type Item = Update<E>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<E> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("service", &self.lease.channel.service)
            .field("id", &self.lease.id)
            .finish_non_exhaustive()
    }
}
