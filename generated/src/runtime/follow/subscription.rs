//! Events of a session.

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

/// The events of a session: a stream, which ends after the session's last event.
///
/// Unread updates wait in a bounded buffer. A slow reader misses events, whose number [`Update::Lagged`] reports, but
/// does not block other readers. [`Update::Disconnected`] reports a lost connection at once. The client reconnects and
/// resubscribes, and then [`Update::Gap`] reports that events may be missing.
///
/// Dropping it unsubscribes, without waiting for the server.
#[must_use = "dropping a subscription unsubscribes"]
pub struct Subscription<E> {
    // Dropped before the client, which owns the connection.
    lease: Lease,
    client: Client,
    events: PhantomData<fn() -> E>,
}

impl<R: Subscribable> Call<R> {
    /// Makes the call on the WebSocket, and subscribes to the events of its session.
    ///
    /// Events that arrive before the response are delivered, too.
    ///
    /// # Errors
    ///
    /// As those of [`send`](Self::send).
    pub async fn subscribe(self) -> Result<Subscription<R::Events>, Error<R::Error>> {
        let (_, lease, info) = self.make(Some(R::Events::CHANNEL)).await?;
        match lease {
            Some(lease) => Ok(Subscription { lease, client: self.client, events: PhantomData }),
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
    /// The session's id.
    pub fn id(&self) -> &str {
        &self.lease.id
    }

    /// The client that subscribed.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The next update; `None` after the last one. Cancel safe.
    pub async fn next(&mut self) -> Option<Update<E>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Unsubscribes, and waits for the server's response. Unread updates are lost.
    ///
    /// # Errors
    ///
    /// The server rejected the call, or did not respond in time. It is not an error if the session, the subscription or
    /// the connection has ended.
    pub async fn unsubscribe(self) -> Result<(), Error> {
        let Self { lease, client, .. } = self;
        let Some(at) = lease.channel.unsubscribe else { return Ok(()) };
        client.release(lease, at).await
    }

    /// The next update, as it came.
    #[cfg(feature = "dynamic")]
    pub(in crate::runtime) async fn next_raw(&mut self) -> Option<Update<RawEvent>> {
        poll_fn(|context| self.lease.buffer.poll_next(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Update<E>>> {
        self.lease.buffer.poll_next(context).map(|update| update.map(|update| self.typed(update)))
    }

    fn typed(&self, update: Update<RawEvent>) -> Update<E> {
        match update {
            Update::Event(event) => match E::read(event) {
                Ok(event) => Update::Event(event),
                Err(mut error) => {
                    error.redact(&self.client.redactor());
                    Update::Malformed(error)
                }
            },
            Update::Lagged(events) => Update::Lagged(events),
            Update::Disconnected { message } => Update::Disconnected { message },
            Update::Gap => Update::Gap,
            Update::Malformed(error) => Update::Malformed(error),
            Update::Ended(reason) => Update::Ended(reason),
        }
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
