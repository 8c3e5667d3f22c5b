//! Between callers and the connection's task.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, oneshot};

use super::link::ConnectionError;
use super::settings::{Effect, SessionSettings};
use crate::runtime::error::Failure;
use crate::runtime::method::{ApiError, Method};
use crate::runtime::transport::received::{Received, Slot};
use crate::runtime::wire;

/// The most calls that wait or are on their way. Others wait for their turn.
const MOST_CALLS: usize = 1024;

/// A call on its way to the connection.
pub(super) struct QueuedCall {
    pub(super) key: u64,
    pub(super) method: &'static Method,
    /// The message, of which the id is still open.
    pub(super) message: BytesMut,
    pub(super) effect: Effect,
    /// The code to refuse the call with if no connection is open.
    pub(super) refusal: Option<&'static str>,
    /// Where the response is read into.
    pub(super) slot: Arc<dyn Slot>,
    pub(super) reply: oneshot::Sender<Result<Received, Failure>>,
    /// Makes room when the call is done.
    pub(super) permit: OwnedSemaphorePermit,
}

/// What callers want.
#[derive(Default)]
pub(super) struct Work {
    pub(super) calls: VecDeque<QueuedCall>,
    pub(super) cancelled: Vec<u64>,
    pub(super) closed: bool,
}

#[derive(Default)]
struct State {
    work: Work,
    /// Whether a task is at work.
    running: bool,
    /// Whether it has a connection.
    open: bool,
    task: Option<Waker>,
    last_key: u64,
}

pub(crate) struct Shared {
    pub(super) settings: SessionSettings,
    state: Mutex<State>,
    room: Arc<Semaphore>,
}

impl Shared {
    pub(super) fn new(settings: SessionSettings) -> Self {
        Self { settings, state: Mutex::default(), room: Arc::new(Semaphore::new(MOST_CALLS)) }
    }

    /// Waits until there is room for a call.
    pub(super) async fn room(&self) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.room.clone().acquire_owned().await
    }

    pub(super) fn new_key(&self) -> u64 {
        let mut state = self.lock();
        state.last_key = state.last_key.wrapping_add(1);
        state.last_key
    }

    /// Queues a call. Returns whether a task has to be started for it.
    pub(super) fn enqueue(&self, call: QueuedCall) -> bool {
        let mut state = self.lock();
        if !state.open && call.refusal.is_some() {
            drop(state);
            call.refuse(self.settings.json_depth);
            return false;
        }
        state.work.calls.push_back(call);
        let starts = !std::mem::replace(&mut state.running, true);
        state.wake();
        starts
    }

    /// Nobody waits for the call any more.
    pub(super) fn cancel(&self, key: u64) {
        let mut state = self.lock();
        let waiting = state.work.calls.iter().position(|call| call.key == key);
        let call = waiting.and_then(|at| state.work.calls.remove(at));
        if call.is_none() && state.running {
            state.work.cancelled.push(key);
        }
        state.wake();
    }

    /// Nobody can make a call any more.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.work.closed = true;
        state.wake();
    }

    /// What callers want of a connection that is open.
    pub(super) fn poll_work(&self, context: &mut Context<'_>) -> Poll<Work> {
        let mut state = self.lock();
        let Work { calls, cancelled, closed } = &state.work;
        if calls.is_empty() && cancelled.is_empty() && !closed {
            state.task = Some(context.waker().clone());
            return Poll::Pending;
        }
        let closed = *closed;
        let work = std::mem::take(&mut state.work);
        state.work.closed = closed;
        Poll::Ready(Work { closed, ..work })
    }

    /// The number of calls that wait for a connection, while there is none; nothing if the client has been closed.
    pub(super) fn waiting(&self, context: &mut Context<'_>) -> Option<usize> {
        let mut state = self.lock();
        state.task = Some(context.waker().clone());
        state.work.cancelled.clear();
        (!state.work.closed).then_some(state.work.calls.len())
    }

    pub(super) fn set_open(&self) {
        self.lock().open = true;
    }

    /// There is no connection any more, or the next one is going to be closed. With `if_unused`, only if nobody wants
    /// anything of it.
    pub(super) fn set_closed(&self, if_unused: bool) -> bool {
        let mut state = self.lock();
        if if_unused && !state.work.calls.is_empty() {
            return false;
        }
        state.open = false;
        let calls = std::mem::take(&mut state.work.calls);
        let (refused, waiting): (VecDeque<_>, VecDeque<_>) = calls.into_iter().partition(|call| call.refusal.is_some());
        state.work.calls = waiting;
        drop(state);
        refused.into_iter().for_each(|call| call.refuse(self.settings.json_depth));
        true
    }

    /// Fails the calls that wait for a connection.
    pub(super) fn fail(&self, lost: &ConnectionError) {
        let calls = std::mem::take(&mut self.lock().work.calls);
        for call in calls {
            call.fail(lost, true);
        }
    }

    /// Ends the task, unless there is a call.
    pub(super) fn finish(&self) -> bool {
        let mut state = self.lock();
        if !state.work.calls.is_empty() {
            return false;
        }
        state.running = false;
        let left = std::mem::take(&mut state.work);
        state.work.closed = left.closed;
        drop(state);
        true
    }

    /// The task has been stopped by its runtime.
    pub(super) fn stopped(&self) {
        let mut state = self.lock();
        state.running = false;
        state.open = false;
        let left = std::mem::take(&mut state.work);
        state.work.closed = left.closed;
        drop(state);
        for call in left.calls {
            call.fail(&ConnectionError::new("the Tokio runtime with the connection has ended"), true);
        }
    }

    /// A panic elsewhere leaves the state whole: each change is complete before anything can panic.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn wake(&mut self) {
        if let Some(task) = self.task.take() {
            task.wake();
        }
    }
}

impl QueuedCall {
    /// Answers it as the server would without a connection.
    fn refuse(self, deepest: usize) {
        let body = wire::write_error(&ApiError::new(self.refusal.unwrap_or_default())).to_bytes();
        let _ = self.reply.send(Ok(Received::read(body.into(), &*self.slot, deepest)));
    }

    pub(super) fn fail(self, lost: &ConnectionError, unsent: bool) {
        let _ = self.reply.send(Err(lost.failure(unsent)));
    }
}
