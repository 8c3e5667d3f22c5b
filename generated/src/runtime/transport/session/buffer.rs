//! Where updates wait for a reader: bounded, and never in the way of whoever fills it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::runtime::event::{EndReason, RawEvent, Update};

/// How much waits at most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BufferLimits {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

/// Updates between the connection's task and a reader.
#[derive(Debug)]
pub(crate) struct Buffer {
    state: Mutex<State>,
    limits: BufferLimits,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Update>,
    bytes: usize,
    /// What was dropped before the first one that waits.
    lagged: u64,
    /// Whether a gap was dropped with it.
    gap: bool,
    end: End,
    reader: Option<Waker>,
}

#[derive(Debug, Default)]
enum End {
    #[default]
    Open,
    /// After what waits, there is this to say.
    Reason(EndReason),
    Closed,
}

impl Buffer {
    pub(crate) fn new(limits: BufferLimits) -> Self {
        Self { state: Mutex::default(), limits }
    }

    /// One before which updates have been lost.
    pub(crate) fn after_loss(limits: BufferLimits, lagged: u64) -> Self {
        Self { state: Mutex::new(State { lagged, ..State::default() }), limits }
    }

    /// Adds an update. The oldest ones make room.
    pub(crate) fn push(&self, update: Update) {
        let mut state = self.lock();
        if !matches!(state.end, End::Open) {
            return;
        }
        let ends = matches!(&update, Update::Event(event) if event.ends());
        state.bytes = state.bytes.saturating_add(size(&update));
        state.waiting.push_back(update);
        while state.waiting.len() > self.limits.events.max(1)
            || (state.bytes > self.limits.bytes && state.waiting.len() > 1)
        {
            state.drop_oldest();
        }
        if ends {
            state.end = End::Closed;
        }
        state.wake();
    }

    /// Nothing follows, for this reason.
    pub(crate) fn end(&self, reason: EndReason) {
        let mut state = self.lock();
        if matches!(state.end, End::Open) {
            state.end = End::Reason(reason);
            state.wake();
        }
    }

    /// Whether nothing follows what waits.
    pub(crate) fn is_ended(&self) -> bool {
        !matches!(self.lock().end, End::Open)
    }

    /// The next update; `None` after the last one.
    pub(crate) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Update>> {
        let mut state = self.lock();
        if let Some(update) = state.take() {
            return Poll::Ready(Some(update));
        }
        match std::mem::replace(&mut state.end, End::Closed) {
            End::Open => {
                state.end = End::Open;
                state.reader = Some(context.waker().clone());
                Poll::Pending
            }
            End::Reason(reason) => Poll::Ready(Some(Update::Ended(reason))),
            End::Closed => Poll::Ready(None),
        }
    }

    /// A panic elsewhere leaves the state whole: each change is complete before anything can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> Option<Update> {
        if self.lagged > 0 {
            return Some(Update::Lagged(std::mem::take(&mut self.lagged)));
        }
        if std::mem::take(&mut self.gap) {
            return Some(Update::Gap);
        }
        let update = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(size(&update));
        Some(update)
    }

    fn drop_oldest(&mut self) {
        let Some(update) = self.waiting.pop_front() else { return };
        self.bytes = self.bytes.saturating_sub(size(&update));
        match update {
            Update::Gap => self.gap = true,
            _ => self.lagged = self.lagged.saturating_add(1),
        }
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

/// The most sessions of which events are held.
const MOST_SESSIONS: usize = 256;

/// Events that came before the response to the call that subscribes to them.
#[derive(Debug)]
pub(super) struct UnclaimedEvents {
    held: HashMap<(&'static str, String), Buffer>,
    /// How many were not held, as there were too many sessions.
    dropped: u64,
    limits: BufferLimits,
}

impl UnclaimedEvents {
    pub(super) fn new(limits: BufferLimits) -> Self {
        Self { held: HashMap::new(), dropped: 0, limits }
    }

    pub(super) fn hold(&mut self, event: RawEvent) {
        let key = (event.service(), event.id().to_owned());
        if self.held.len() >= MOST_SESSIONS && !self.held.contains_key(&key) {
            self.dropped = self.dropped.saturating_add(1);
            return;
        }
        self.held.entry(key).or_insert_with(|| Buffer::new(self.limits)).push(Update::Event(event));
    }

    /// What has been held for a session, as the beginning of what its reader gets.
    pub(super) fn take(&mut self, service: &'static str, id: &str) -> Buffer {
        let none = || Buffer::after_loss(self.limits, self.dropped);
        self.held.remove(&(service, id.to_owned())).unwrap_or_else(none)
    }

    /// Nobody is going to ask any more.
    pub(super) fn clear(&mut self) {
        self.held.clear();
        self.dropped = 0;
    }
}
