//! Bounded buffers for the updates of subscriptions, which drop the oldest updates of slow readers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::runtime::event::{EndReason, RawEvent, Update};

/// The maximum number of sessions with unclaimed events.
const MAX_UNCLAIMED_SESSIONS: usize = 256;

#[derive(Clone, Copy)]
pub(crate) struct BufferLimits {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

/// Updates between the connection's task and a reader.
pub(crate) struct Buffer {
    state: Mutex<State>,
    limits: BufferLimits,
}

#[derive(Default)]
struct State {
    updates: VecDeque<Update>,
    bytes: usize,
    /// The number of updates that were dropped before the first buffered one.
    lagged: u64,
    /// Whether [`Update::Gap`] was dropped as well.
    gap: bool,
    /// Whether no update follows the buffered ones.
    ended: bool,
    reader: Option<Waker>,
}

impl Buffer {
    /// A buffer for a reader that has already missed some updates.
    fn new(limits: BufferLimits, lagged: u64) -> Self {
        Self { state: Mutex::new(State { lagged, ..State::default() }), limits }
    }

    /// Adds an update; drops the oldest ones if the buffer is full.
    pub(crate) fn push(&self, update: Update) {
        let mut state = self.lock();
        if state.ended {
            return;
        }
        state.ended = matches!(&update, Update::Event(event) if event.ends());
        state.bytes = state.bytes.saturating_add(size(&update));
        state.updates.push_back(update);
        while state.updates.len() > self.limits.events.max(1)
            || (state.bytes > self.limits.bytes && state.updates.len() > 1)
        {
            match state.pop() {
                Some(Update::Gap) => state.gap = true,
                // The gap or the end that follows says enough.
                Some(Update::Disconnected { .. }) => {}
                _ => state.lagged = state.lagged.saturating_add(1),
            }
        }
        state.wake();
    }

    pub(crate) fn end(&self, reason: EndReason) {
        let mut state = self.lock();
        if !std::mem::replace(&mut state.ended, true) {
            state.updates.push_back(Update::Ended(reason));
            state.wake();
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        self.lock().ended
    }

    /// The next update; `None` after the last one.
    pub(crate) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Update>> {
        let mut state = self.lock();
        if state.lagged > 0 {
            return Poll::Ready(Some(Update::Lagged(std::mem::take(&mut state.lagged))));
        }
        if std::mem::take(&mut state.gap) {
            return Poll::Ready(Some(Update::Gap));
        }
        let update = state.pop();
        if update.is_none() && !state.ended {
            state.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(update)
    }

    /// A panic cannot leave the state inconsistent: nothing panics within a change.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn pop(&mut self) -> Option<Update> {
        let update = self.updates.pop_front()?;
        self.bytes = self.bytes.saturating_sub(size(&update));
        Some(update)
    }

    fn wake(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

fn size(update: &Update) -> usize {
    match update {
        Update::Event(event) => event.size(),
        _ => 0,
    }
}

/// Events that arrived before the response to the call that subscribes to them.
pub(super) struct UnclaimedEvents {
    buffers: HashMap<(&'static str, String), Buffer>,
    /// The number of events that were dropped as there were too many sessions.
    dropped: u64,
    limits: BufferLimits,
}

impl UnclaimedEvents {
    pub(super) fn new(limits: BufferLimits) -> Self {
        Self { buffers: HashMap::new(), dropped: 0, limits }
    }

    pub(super) fn hold(&mut self, event: RawEvent) {
        let key = (event.service(), event.id().to_owned());
        if self.buffers.len() >= MAX_UNCLAIMED_SESSIONS && !self.buffers.contains_key(&key) {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.buffers.entry(key).or_insert_with(|| Buffer::new(self.limits, 0)).push(Update::Event(event));
    }

    /// The buffer for the reader of a session, with the events that have arrived. If other calls subscribe to the session,
    /// too, its end is kept for them.
    pub(super) fn take(&mut self, service: &'static str, id: &str, has_others: bool) -> Buffer {
        let key = (service, id.to_owned());
        let Some(buffer) = self.buffers.remove(&key) else { return Buffer::new(self.limits, self.dropped) };
        if has_others && buffer.is_ended() {
            let end = Buffer::new(self.limits, 0);
            buffer.lock().updates.back().into_iter().for_each(|update| end.push(update.clone()));
            self.buffers.insert(key, end);
        }
        buffer
    }

    /// Drops the events of a session.
    pub(super) fn forget(&mut self, service: &'static str, id: &str) {
        self.buffers.remove(&(service, id.to_owned()));
    }

    pub(super) fn clear(&mut self) {
        self.buffers.clear();
        self.dropped = 0;
    }
}
