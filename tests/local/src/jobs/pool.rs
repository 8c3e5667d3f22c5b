//! The jobs in progress: tasks, and computations on threads of their own.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::{Id, JoinSet};

use super::signal::{StopReason, StopSignal};
use crate::config::Limits;
use crate::error::CallError;
use crate::util;

/// Why a computation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobError {
    Stopped(StopReason),
    Panicked,
}

/// A launcher that has started.
pub(crate) struct Launcher {
    /// The processor that a training session has to itself.
    _slot: Option<OwnedSemaphorePermit>,
    /// How long it took to get, in milliseconds.
    pub(crate) created_in: u64,
}

/// All jobs.
pub(crate) struct Jobs {
    active: Mutex<Active>,
    training_slots: Arc<Semaphore>,
    max_jobs: usize,
}

#[derive(Default)]
struct Active {
    closed: bool,
    tasks: JoinSet<()>,
    signals: HashMap<Id, StopSignal>,
    threads: JoinSet<()>,
}

impl Active {
    fn forget_finished(&mut self) {
        while let Some(finished) = self.tasks.try_join_next_with_id() {
            let id = finished.map_or_else(|error| error.id(), |(id, ())| id);
            self.signals.remove(&id);
        }
    }
}

impl Jobs {
    pub(crate) fn new(limits: &Limits) -> Self {
        let slots = limits.running_trainings.clamp(1, Semaphore::MAX_PERMITS);
        Self { active: Mutex::default(), training_slots: Arc::new(Semaphore::new(slots)), max_jobs: limits.jobs }
    }

    /// Starts a job, which ends soon after its signal is set.
    pub(crate) fn spawn(
        &self,
        signal: &StopSignal,
        job: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), CallError> {
        let mut active = self.active();
        active.forget_finished();
        if active.closed {
            return Err(CallError::Unknown);
        }
        if active.tasks.len() >= self.max_jobs {
            return Err(CallError::QuotaExceeded);
        }
        let id = active.tasks.spawn(job).id();
        active.signals.insert(id, signal.clone());
        Ok(())
    }

    /// Waits until a launcher has started.
    pub(crate) async fn launch(&self, signal: &StopSignal, startup: Duration) -> Result<Launcher, StopReason> {
        self.launch_with(signal, startup, async { None }).await
    }

    /// Waits until a launcher has started that no other training session shares.
    pub(crate) async fn launch_training(&self, signal: &StopSignal, startup: Duration) -> Result<Launcher, StopReason> {
        self.launch_with(signal, startup, async { self.training_slots.clone().acquire_owned().await.ok() }).await
    }

    async fn launch_with(
        &self,
        signal: &StopSignal,
        startup: Duration,
        slot: impl Future<Output = Option<OwnedSemaphorePermit>>,
    ) -> Result<Launcher, StopReason> {
        let requested = Instant::now();
        let started = async {
            // Even the shortest sleep would take a millisecond.
            if !startup.is_zero() {
                tokio::time::sleep(startup).await;
            }
            slot.await
        };
        tokio::select! {
            biased;
            reason = signal.wait() => Err(reason),
            slot = started => Ok(Launcher { _slot: slot, created_in: util::elapsed(requested) }),
        }
    }

    /// Computes on a separate thread. When the job is stopped or the time is up, this returns at once, and the thread keeps
    /// the launcher until it notices.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        launcher: Arc<Launcher>,
        signal: &StopSignal,
        deadline: Option<Instant>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JobError> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut active = self.active();
            while active.threads.try_join_next().is_some() {}
            active.threads.spawn_blocking(move || {
                // The receiver is gone when nobody waits for the result any more.
                let _ = sender.send(work());
                drop(launcher);
            });
        }
        tokio::select! {
            biased;
            reason = signal.wait() => Err(JobError::Stopped(reason)),
            result = receiver => result.map_err(|_| JobError::Panicked),
            () = util::sleep_until(deadline) => {
                signal.set(StopReason::TimeLimit);
                Err(JobError::Stopped(StopReason::TimeLimit))
            }
        }
    }

    /// The number of jobs in progress.
    pub(crate) fn count(&self) -> usize {
        let mut active = self.active();
        active.forget_finished();
        active.tasks.len()
    }

    /// Starts no more jobs, stops all, and waits until they have ended.
    pub(crate) async fn shutdown(&self) {
        let mut tasks = {
            let mut active = self.active();
            active.closed = true;
            for signal in active.signals.values() {
                signal.set(StopReason::ShuttingDown);
            }
            mem::take(&mut active.tasks)
        };
        while tasks.join_next().await.is_some() {}
        // Only now, since tasks start threads.
        let mut threads = mem::take(&mut self.active().threads);
        while threads.join_next().await.is_some() {}
    }

    fn active(&self) -> MutexGuard<'_, Active> {
        util::lock(&self.active)
    }
}
