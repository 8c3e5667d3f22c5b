//! Messages that wait to be sent on a connection.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;

const MAX_MESSAGES: usize = 1 << 16;
const MAX_BYTES: usize = 64 << 20;

#[derive(Default)]
pub(super) struct Outbox(Mutex<State>);

#[derive(Default)]
struct State {
    messages: VecDeque<Bytes>,
    bytes: usize,
    closed: bool,
    receiver: Option<Waker>,
}

impl Outbox {
    /// Adds a message. An overflow closes the connection, as a client that reconnects knows that it missed messages.
    pub(super) fn push(&self, message: Bytes) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        state.bytes = state.bytes.saturating_add(message.len());
        state.messages.push_back(message);
        if state.messages.len() > MAX_MESSAGES || (state.bytes > MAX_BYTES && state.messages.len() > 1) {
            state.close();
        }
        state.receiver.take().into_iter().for_each(Waker::wake);
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.close();
        state.receiver.take().into_iter().for_each(Waker::wake);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn close(&mut self) {
        self.closed = true;
        self.messages.clear();
        self.bytes = 0;
    }
}

/// The messages with a connection's events: a stream. It ends when the connection is dropped, or when too many messages
/// wait; then close the socket.
pub struct Outgoing(pub(super) Arc<Outbox>);

impl Outgoing {
    /// The next message. Cancel safe.
    pub async fn next(&mut self) -> Option<Bytes> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for Outgoing {
    type Item = Bytes;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.0.lock();
        if let Some(message) = state.messages.pop_front() {
            state.bytes = state.bytes.saturating_sub(message.len());
            return Poll::Ready(Some(message));
        }
        if state.closed {
            return Poll::Ready(None);
        }
        state.receiver = Some(context.waker().clone());
        Poll::Pending
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").finish_non_exhaustive()
    }
}
