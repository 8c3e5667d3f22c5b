//! The state that callers share with the connection's task.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use tokio::sync::Semaphore;

use super::link::ConnectionError;
use super::pending::PendingCall;
use super::settings::SessionSettings;
use crate::runtime::method::ApiError;
use crate::runtime::transport::response::Received;
use crate::runtime::wire;

/// The maximum number of calls that are queued or pending. More calls wait for a permit.
const MAX_CALLS: usize = 1024;

/// What callers have queued for the task.
#[derive(Default)]
pub(super) struct Work {
    pub(super) calls: VecDeque<PendingCall>,
    /// Keys of cancelled calls that the task may have taken.
    pub(super) cancelled: Vec<u64>,
}

#[derive(Default)]
struct State {
    work: Work,
    /// Whether the session was dropped.
    closed: bool,
    /// Whether a task is running.
    running: bool,
    /// Whether the task has a connection.
    connected: bool,
    waker: Option<Waker>,
}

pub(crate) struct Shared {
    pub(super) settings: SessionSettings,
    state: Mutex<State>,
    pub(super) permits: Arc<Semaphore>,
    next_key: AtomicU64,
}

impl Shared {
    pub(super) fn new(settings: SessionSettings) -> Self {
        let permits = Arc::new(Semaphore::new(MAX_CALLS));
        Self { settings, state: Mutex::default(), permits, next_key: AtomicU64::new(0) }
    }

    pub(super) fn new_key(&self) -> u64 {
        self.next_key.fetch_add(1, Ordering::Relaxed)
    }

    /// Queues a call. Returns whether a task has to be started.
    pub(super) fn enqueue(&self, call: PendingCall) -> bool {
        let mut state = self.lock();
        if !state.connected && call.offline_error().is_some() {
            drop(state);
            self.reject(call);
            return false;
        }
        state.work.calls.push_back(call);
        let starts = !std::mem::replace(&mut state.running, true);
        state.wake();
        starts
    }

    pub(super) fn cancel(&self, key: u64) {
        let mut state = self.lock();
        let queued = state.work.calls.iter().position(|call| call.key == key);
        let call = queued.and_then(|at| state.work.calls.remove(at));
        if call.is_none() && state.running {
            state.work.cancelled.push(key);
        }
        state.wake();
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.wake();
    }

    /// Takes the queued work for a connection; `None` if the session was dropped.
    pub(super) fn take_work(&self, context: &mut Context<'_>) -> Option<Work> {
        let mut state = self.lock();
        state.register(context);
        let work = std::mem::take(&mut state.work);
        (!state.closed).then_some(work)
    }

    /// The number of calls that wait for a connection; `None` if the session was dropped.
    pub(super) fn queued(&self, context: &mut Context<'_>) -> Option<usize> {
        let mut state = self.lock();
        state.register(context);
        state.work.cancelled.clear();
        (!state.closed).then_some(state.work.calls.len())
    }

    pub(super) fn set_connected(&self) {
        self.lock().connected = true;
    }

    /// Rejects calls that need an open connection from now on; if `if_idle`, only if no call is queued.
    pub(super) fn set_disconnected(&self, if_idle: bool) -> bool {
        let mut state = self.lock();
        if if_idle && !state.work.calls.is_empty() {
            return false;
        }
        state.connected = false;
        let calls = std::mem::take(&mut state.work.calls);
        let (rejected, waiting): (VecDeque<_>, _) = calls.into_iter().partition(|call| call.offline_error().is_some());
        state.work.calls = waiting;
        drop(state);
        rejected.into_iter().for_each(|call| self.reject(call));
        true
    }

    /// Responds to a call as the server would without a connection.
    fn reject(&self, call: PendingCall) {
        let error = ApiError::new(call.offline_error().unwrap_or_default());
        let body = wire::write_error(&error).to_bytes();
        let _ = call.reply.send(Ok(Received::read(body.into(), &*call.slot, self.settings.json_depth)));
    }

    /// Fails the queued calls, and marks the task as stopped if its runtime has stopped it.
    pub(super) fn fail(&self, error: &ConnectionError, is_stopped: bool) {
        let mut state = self.lock();
        if is_stopped {
            (state.running, state.connected) = (false, false);
        }
        let calls = std::mem::take(&mut state.work).calls;
        drop(state);
        calls.into_iter().for_each(|call| call.fail(error, true));
    }

    /// Marks the task as finished, unless a call is queued.
    pub(super) fn finish(&self) -> bool {
        let mut state = self.lock();
        state.running = !state.work.calls.is_empty();
        state.work.cancelled.clear();
        !state.running
    }

    /// A panic cannot leave the state inconsistent: nothing panics within a change.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn register(&mut self, context: &Context<'_>) {
        match &mut self.waker {
            // Does nothing for the same task.
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
    }

    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}
