//! The task that has the connection.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::lease::Release;
use super::link::{ConnectionError, Link};
use super::readers::Readers;
use super::serving::Serving;
use super::settings::Reconnecting;
use super::shared::Shared;
use super::trace;

/// The task that has the connection. It outlives connections, and ends when nothing is wanted of one.
pub(super) struct Task {
    shared: Arc<Shared>,
    readers: Readers,
    reconnecting: Reconnecting,
    releases: mpsc::UnboundedReceiver<Release>,
    finished: bool,
}

/// What a caller's wish means while there is no connection.
enum Offline {
    /// Calls wait for a connection.
    Called,
    /// Only subscriptions do.
    Quiet,
    /// Nothing does.
    Unused,
}

impl Task {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let reconnecting = Reconnecting::new(shared.settings.reconnect);
        let (sender, releases) = mpsc::unbounded_channel();
        Self { shared, readers: Readers::new(sender), reconnecting, releases, finished: false }
    }

    /// Connects, serves calls and subscriptions, connects again, and ends when nothing is wanted any more.
    pub(super) async fn run(mut self) {
        while !self.finished {
            self.connection().await;
            if self.readers.is_empty() {
                self.reconnecting.reset();
                self.finished = self.shared.finish();
            }
        }
    }

    /// One connection, from its making to the time when another one is due.
    async fn connection(&mut self) {
        let lost = match self.connect().await {
            None => return,
            Some(Ok(link)) => {
                trace::connected(self.shared.settings.connector.target());
                let Self { shared, readers, reconnecting, releases, .. } = self;
                match Serving::new(shared, readers, reconnecting, releases, link).run().await {
                    None => return,
                    Some(lost) => lost,
                }
            }
            Some(Err(lost)) => {
                self.shared.fail(&lost);
                lost
            }
        };
        trace::disconnected(self.shared.settings.connector.target(), &lost.message);
        self.readers.lost(&lost);
        if self.readers.is_empty() {
            return;
        }
        match self.reconnecting.next() {
            Some(delay) => {
                trace::reconnecting(self.shared.settings.connector.target(), delay);
                self.pause(delay).await;
            }
            None => self.readers.end_all(&lost),
        }
    }

    /// Makes a connection, unless it is not wanted any more.
    async fn connect(&mut self) -> Option<Result<Box<dyn Link>, ConnectionError>> {
        let shared = self.shared.clone();
        let mut dialing = shared.settings.connector.connect();
        poll_fn(|context| match self.offline(context) {
            Offline::Unused => Poll::Ready(None),
            _ => dialing.as_mut().poll(context).map(Some),
        })
        .await
    }

    /// Waits before the next connection is made, unless it is wanted at once or not at all.
    async fn pause(&mut self, delay: Duration) {
        let mut timer = std::pin::pin!(sleep(delay));
        poll_fn(|context| match self.offline(context) {
            Offline::Quiet => timer.as_mut().poll(context),
            Offline::Called | Offline::Unused => Poll::Ready(()),
        })
        .await;
    }

    fn offline(&mut self, context: &mut Context<'_>) -> Offline {
        let waiting = self.shared.waiting(context);
        while let Poll::Ready(Some(release)) = self.releases.poll_recv(context) {
            // The server has forgotten it with the connection.
            self.readers.remove(release.key);
        }
        match waiting {
            None => {
                self.readers.clear();
                Offline::Unused
            }
            Some(0) if self.readers.is_empty() => Offline::Unused,
            Some(0) => Offline::Quiet,
            Some(_) => Offline::Called,
        }
    }
}

impl Drop for Task {
    /// A runtime that ends drops its tasks wherever they are.
    fn drop(&mut self) {
        if !self.finished {
            self.readers.end_all(&ConnectionError::new("the Tokio runtime with the connection has ended"));
            self.shared.stopped();
        }
    }
}
