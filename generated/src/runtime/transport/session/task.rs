//! The task that owns the connection.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::connection::Connection;
use super::lease::Release;
use super::link::{ConnectionError, Link};
use super::readers::Readers;
use super::settings::{ReconnectDelay, ReconnectDelays};
use super::shared::Shared;

/// The task that owns the connection. It reconnects, and ends when neither calls nor subscriptions need a connection.
pub(super) struct Task {
    shared: Arc<Shared>,
    readers: Readers,
    delays: ReconnectDelays,
    releases: mpsc::UnboundedReceiver<Release>,
    finished: bool,
}

/// What needs a connection.
enum Demand {
    Calls,
    Subscriptions,
    None,
}

impl Task {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let delays = ReconnectDelays::new(shared.settings.reconnect);
        let (sender, releases) = mpsc::unbounded_channel();
        Self { shared, readers: Readers::new(sender), delays, releases, finished: false }
    }

    pub(super) async fn run(mut self) {
        while !self.finished {
            if let Some(error) = self.connection().await {
                self.handle_disconnect(&error).await;
            }
            if self.readers.is_empty() {
                self.finished = self.shared.finish();
            }
        }
    }

    /// Opens a connection and uses it until it is lost, or `None` if it is unused.
    async fn connection(&mut self) -> Option<ConnectionError> {
        match self.connect().await? {
            Ok(link) => {
                #[cfg(feature = "tracing")]
                tracing::debug!(target: "decthings::socket", { url.full = self.target() }, "connected");
                let Self { shared, readers, delays, releases, .. } = self;
                Connection::new(shared, readers, delays, releases, link).run().await
            }
            Err(error) => {
                let error = error.redacted(&self.shared.settings.credentials.redactor());
                self.shared.fail(&error, false);
                Some(error)
            }
        }
    }

    /// Waits before reconnecting, unless subscriptions end here.
    async fn handle_disconnect(&mut self, error: &ConnectionError) {
        #[cfg(feature = "tracing")]
        tracing::info!(
            target: "decthings::socket", { url.full = self.target(), error.message = error.message }, "connection lost"
        );
        self.readers.disconnect(error);
        let Some(delay) = self.delays.next() else {
            self.shared.fail(error, false);
            return self.readers.end_all(error);
        };
        #[cfg(feature = "tracing")]
        if !self.readers.is_empty() {
            let delay_ms = u64::try_from(delay.subscriptions.as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(
                target: "decthings::socket", { url.full = self.target(), delay_ms }, "reconnecting after a delay"
            );
        }
        self.wait(delay).await;
    }

    /// Connects; `None` if a connection is no longer needed.
    async fn connect(&mut self) -> Option<Result<Box<dyn Link>, ConnectionError>> {
        let shared = self.shared.clone();
        let mut connecting = shared.settings.connector.connect();
        poll_fn(|context| match self.demand(context) {
            Demand::None => Poll::Ready(None),
            _ => connecting.as_mut().poll(context).map(Some),
        })
        .await
    }

    /// Waits until the delay has passed, or nothing needs a connection.
    async fn wait(&mut self, delay: ReconnectDelay) {
        let (mut subscriptions, mut calls) =
            (std::pin::pin!(sleep(delay.subscriptions)), std::pin::pin!(sleep(delay.calls)));
        poll_fn(|context| match self.demand(context) {
            Demand::Calls if delay.calls.is_zero() => Poll::Ready(()),
            Demand::Calls => calls.as_mut().poll(context),
            Demand::Subscriptions => subscriptions.as_mut().poll(context),
            Demand::None => Poll::Ready(()),
        })
        .await;
    }

    fn demand(&mut self, context: &mut Context<'_>) -> Demand {
        let queued = self.shared.queued(context);
        while let Poll::Ready(Some(release)) = self.releases.poll_recv(context) {
            // The server's subscription ended with the connection.
            self.readers.remove(&release);
        }
        match queued {
            Some(1..) => Demand::Calls,
            Some(0) if !self.readers.is_empty() => Demand::Subscriptions,
            Some(0) => Demand::None,
            None => {
                self.readers.clear();
                Demand::None
            }
        }
    }

    #[cfg(feature = "tracing")]
    fn target(&self) -> &str {
        self.shared.settings.connector.target()
    }
}

impl Drop for Task {
    /// Handles a runtime that shuts down, which drops its tasks at any point.
    fn drop(&mut self) {
        if !self.finished {
            let error = ConnectionError::new("the Tokio runtime of the connection has shut down");
            self.readers.end_all(&error);
            self.shared.fail(&error, true);
        }
    }
}
