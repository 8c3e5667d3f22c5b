//! The state that callers share with the connection's task.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::link::ConnectionError;
use super::pending::PendingCall;
use super::settings::SessionSettings;
use crate::runtime::method::ApiError;
use crate::runtime::transport::response::Received;
use crate::runtime::wire;

#[derive(Default)]
struct State {
    /// The calls that have not been sent, by their keys, which grow.
    queue: BTreeMap<u64, PendingCall>,
    /// Keys of cancelled calls that the task has taken.
    cancelled: Vec<u64>,
    /// Whether the session was dropped.
    closed: bool,
    /// Whether a task is running.
    running: bool,
    /// Whether the task has a connection that is in use.
    connected: bool,
    waker: Option<Waker>,
}

pub(crate) struct Shared {
    pub(super) settings: SessionSettings,
    state: Mutex<State>,
    /// Limits the calls that are queued or in flight.
    calls: Arc<Semaphore>,
    /// Limits the bytes of queued calls.
    bytes: Arc<Semaphore>,
    max_bytes: u32,
    next_key: AtomicU64,
}

impl Shared {
    pub(super) fn new(settings: SessionSettings) -> Self {
        let calls = settings.max_calls.clamp(1, Semaphore::MAX_PERMITS);
        let bytes = settings.max_queued_bytes.clamp(1, Semaphore::MAX_PERMITS);
        let max_bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        Self {
            settings,
            state: Mutex::default(),
            calls: Arc::new(Semaphore::new(calls)),
            bytes: Arc::new(Semaphore::new(bytes)),
            max_bytes,
            next_key: AtomicU64::new(0),
        }
    }

    pub(super) fn new_key(&self) -> u64 {
        self.next_key.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits until another call may be queued or in flight; `None` never.
    pub(super) async fn call_permit(&self) -> Option<OwnedSemaphorePermit> {
        self.calls.clone().acquire_owned().await.ok()
    }

    /// Waits until so many more bytes may be queued. A message above the limit is queued alone.
    pub(super) async fn byte_permit(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.max_bytes);
        self.bytes.clone().acquire_many_owned(bytes).await.ok()
    }

    /// Queues a call. Returns whether a task has to be started.
    pub(super) fn enqueue(&self, call: PendingCall) -> bool {
        let mut state = self.lock();
        if !state.connected && call.offline_error().is_some() {
            drop(state);
            self.reject(call);
            return false;
        }
        state.queue.insert(call.key, call);
        let starts = !std::mem::replace(&mut state.running, true);
        state.wake();
        starts
    }

    /// Takes the next call to send.
    pub(super) fn next_call(&self) -> Option<PendingCall> {
        let mut state = self.lock();
        let (_, call) = state.queue.pop_first()?;
        state.connected = true;
        Some(call)
    }

    /// Queues calls again that were taken but not sent.
    pub(super) fn requeue(&self, calls: impl ExactSizeIterator<Item = PendingCall>) {
        if calls.len() == 0 {
            return;
        }
        let mut state = self.lock();
        for call in calls {
            // A call that is cancelled from now on is found in the queue.
            if !call.reply.is_closed() {
                state.queue.insert(call.key, call);
            }
        }
    }

    pub(super) fn cancel(&self, key: u64) {
        let mut state = self.lock();
        let queued = state.queue.remove(&key);
        if queued.is_none() && state.running {
            state.cancelled.push(key);
        }
        state.wake();
        drop(state);
        drop(queued);
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.wake();
    }

    /// Takes the keys of cancelled calls; `None` if the session was dropped.
    pub(super) fn take_cancelled(&self, context: &mut Context<'_>) -> Option<Vec<u64>> {
        let mut state = self.lock();
        state.register(context);
        let cancelled = std::mem::take(&mut state.cancelled);
        (!state.closed).then_some(cancelled)
    }

    /// The number of queued calls without a connection; `None` if the session was dropped.
    pub(super) fn queued(&self, context: &mut Context<'_>) -> Option<usize> {
        let mut state = self.lock();
        state.register(context);
        state.cancelled.clear();
        (!state.closed).then_some(state.queue.len())
    }

    pub(super) fn set_connected(&self) {
        self.lock().connected = true;
    }

    /// Rejects calls that need an open connection from now on, unless a call is queued. Returns whether none is.
    pub(super) fn set_idle(&self) -> bool {
        let mut state = self.lock();
        state.connected = !state.queue.is_empty();
        !state.connected
    }

    /// Rejects calls that need an open connection, of which some may be queued.
    pub(super) fn set_disconnected(&self) {
        let mut state = self.lock();
        state.connected = false;
        let queue = std::mem::take(&mut state.queue);
        let rejected: BTreeMap<_, _>;
        (rejected, state.queue) = queue.into_iter().partition(|(_, call)| call.offline_error().is_some());
        drop(state);
        rejected.into_values().for_each(|call| self.reject(call));
    }

    /// Responds to a call as the server would without a connection.
    fn reject(&self, call: PendingCall) {
        let error = ApiError::new(call.offline_error().unwrap_or_default());
        let body = wire::write_error(&error).to_bytes();
        let _ = call.reply.send(Ok(Received::read(body.into(), &*call.slot, self.settings.json_limits)));
    }

    /// Fails the queued calls, and marks the task as stopped if its runtime has stopped it.
    pub(super) fn fail(&self, error: &ConnectionError, is_stopped: bool) {
        let mut state = self.lock();
        if is_stopped {
            (state.running, state.connected) = (false, false);
            state.cancelled.clear();
        }
        let queue = std::mem::take(&mut state.queue);
        drop(state);
        queue.into_values().for_each(|call| call.fail(error, true));
    }

    /// Marks the task as finished, unless a call is queued.
    pub(super) fn finish(&self) -> bool {
        let mut state = self.lock();
        state.running = !state.closed && !state.queue.is_empty();
        state.cancelled.clear();
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
