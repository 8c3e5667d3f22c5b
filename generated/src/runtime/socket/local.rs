//! A connection to services of the same process.

use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream as _;
use tokio::task::JoinSet;

use super::{Dial, Incoming, Link, Lost};
use crate::runtime::{BoxFuture, Connection, Outgoing, Router};

/// Makes connections to services of the same process.
#[derive(Debug)]
pub(crate) struct LocalDial(pub(crate) Router);

impl Dial for LocalDial {
    fn dial(&self) -> BoxFuture<'_, Result<Box<dyn Link>, Lost>> {
        let connection = self.0.connect();
        let events = connection.events();
        let link: Box<dyn Link> = Box::new(LocalLink { connection, events, calls: JoinSet::new(), signs: 0 });
        Box::pin(std::future::ready(Ok(link)))
    }

    fn target(&self) -> &str {
        "the services in this process"
    }
}

struct LocalLink {
    connection: Connection,
    events: Outgoing,
    calls: JoinSet<Option<Bytes>>,
    signs: u64,
}

impl Link for LocalLink {
    fn send(&mut self, message: Bytes) {
        self.calls.spawn(self.connection.handle(message));
    }

    fn ping(&mut self) {
        self.signs = self.signs.wrapping_add(1);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        match self.calls.poll_join_next(context) {
            Poll::Ready(Some(Ok(Some(message)))) => return Poll::Ready(Incoming::Message(message)),
            Poll::Ready(Some(Err(error))) if error.is_panic() => {
                return Poll::Ready(Incoming::Lost(Lost::new("a service in this process panicked")));
            }
            Poll::Ready(Some(_)) => {
                return Poll::Ready(Incoming::Lost(Lost::new("a service in this process gave no answer")));
            }
            Poll::Ready(None) | Poll::Pending => {}
        }
        match std::pin::Pin::new(&mut self.events).poll_next(context) {
            Poll::Ready(Some(message)) => Poll::Ready(Incoming::Message(message)),
            Poll::Ready(None) => {
                let message = "more events of a service in this process waited than may";
                Poll::Ready(Incoming::Lost(Lost::new(message)))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn signs(&self) -> u64 {
        self.signs
    }

    fn close(self: Box<Self>) -> BoxFuture<'static, ()> {
        drop(self);
        Box::pin(std::future::ready(()))
    }
}
