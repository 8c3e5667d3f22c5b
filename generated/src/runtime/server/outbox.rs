//! Events on their way to a connection.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;

/// The most messages that wait.
const MOST_MESSAGES: usize = 1 << 16;
/// The most bytes that wait.
const MOST_BYTES: usize = 64 << 20;

/// Messages that wait for being sent.
#[derive(Default)]
pub(super) struct Outbox(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: VecDeque<Bytes>,
    bytes: usize,
    closed: bool,
    sender: Option<Waker>,
}

impl Outbox {
    /// Adds a message. If there are too many already, it is closed: a client that has to connect again knows that it
    /// missed something, and one from whom a message is kept does not.
    pub(super) fn push(&self, message: Bytes) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.bytes = state.bytes.saturating_add(message.len());
        state.waiting.push_back(message);
        if state.waiting.len() > MOST_MESSAGES || (state.bytes > MOST_BYTES && state.waiting.len() > 1) {
            state.close();
        }
        state.wake();
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.close();
        state.wake();
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.lock();
        if let Some(message) = state.waiting.pop_front() {
            state.bytes = state.bytes.saturating_sub(message.len());
            return Poll::Ready(Some(message));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.sender = Some(context.waker().clone());
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close(&mut self) {
        self.closed = true;
        self.waiting.clear();
        self.bytes = 0;
    }

    fn wake(&mut self) {
        if let Some(sender) = self.sender.take() {
            sender.wake();
        }
    }
}

/// The messages that tell a connection's events: a stream. It ends when the connection is dropped or has fallen too
/// far behind; then the socket is to be closed.
pub struct Outgoing(pub(super) Arc<Outbox>);

impl Outgoing {
    /// The next message. Nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Bytes> {
        poll_fn(|context| self.0.poll_next(context)).await
    }
}

impl Stream for Outgoing {
    type Item = Bytes;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.0.poll_next(context)
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").finish_non_exhaustive()
    }
}
