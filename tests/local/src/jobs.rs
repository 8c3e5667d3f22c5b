//! Work in the background: launchers that start, computations on threads of their own, an orderly end.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};
use tokio::task::{Id, JoinSet};

use crate::config::LocalConfig;
use crate::fail::Fail;
use crate::time;

/// A value that comes once, and that many can wait for. Clones share it.
#[derive(Clone)]
pub(crate) struct Once<T>(Arc<watch::Sender<Option<T>>>);

impl<T: Clone> Once<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(None)))
    }

    /// Sets the value, unless there is one already.
    pub(crate) fn set(&self, value: T) {
        self.0.send_if_modified(|slot| {
            let free = slot.is_none();
            if free {
                *slot = Some(value);
            }
            free
        });
    }

    pub(crate) fn get(&self) -> Option<T> {
        self.0.borrow().clone()
    }

    pub(crate) async fn wait(&self) -> T {
        let mut receiver = self.0.subscribe();
        let value = receiver.wait_for(Option::is_some).await.ok().and_then(|value| value.clone());
        match value {
            Some(value) => value,
            // The sender is in `self`, so it cannot be gone.
            None => std::future::pending().await,
        }
    }
}

/// Why a job should end before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    Cancelled,
    ShuttingDown,
    TimeLimit,
}

/// What tells a job to stop.
pub(crate) type StopSign = Once<Stop>;

/// Why a computation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Stopped(Stop),
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
    all: Mutex<All>,
    slots: Arc<Semaphore>,
    most: usize,
}

#[derive(Default)]
struct All {
    closed: bool,
    tasks: JoinSet<()>,
    signs: HashMap<Id, StopSign>,
    threads: JoinSet<()>,
}

impl All {
    fn forget_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            let id = ended.map_or_else(|error| error.id(), |(id, ())| id);
            self.signs.remove(&id);
        }
    }
}

impl Jobs {
    pub(crate) fn new(config: &LocalConfig) -> Self {
        let slots = config.limits.running_trainings.clamp(1, Semaphore::MAX_PERMITS);
        Self { all: Mutex::default(), slots: Arc::new(Semaphore::new(slots)), most: config.limits.jobs }
    }

    /// Starts a job, which ends soon after its sign is set.
    pub(crate) fn spawn(&self, sign: &StopSign, job: impl Future<Output = ()> + Send + 'static) -> Result<(), Fail> {
        let mut all = self.all();
        all.forget_ended();
        if all.closed {
            return Err(Fail::Unknown);
        }
        if all.tasks.len() >= self.most {
            return Err(Fail::QuotaExceeded);
        }
        let id = all.tasks.spawn(job).id();
        all.signs.insert(id, sign.clone());
        Ok(())
    }

    /// Waits for a launcher, which takes so long to start.
    pub(crate) async fn launch(&self, sign: &StopSign, startup: Duration) -> Result<Launcher, Stop> {
        self.launch_with(sign, startup, async { None }).await
    }

    /// Waits for a launcher that shares its processor with none of the other training sessions.
    pub(crate) async fn launch_training(&self, sign: &StopSign, startup: Duration) -> Result<Launcher, Stop> {
        self.launch_with(sign, startup, async { self.slots.clone().acquire_owned().await.ok() }).await
    }

    async fn launch_with(
        &self,
        sign: &StopSign,
        startup: Duration,
        slot: impl Future<Output = Option<OwnedSemaphorePermit>>,
    ) -> Result<Launcher, Stop> {
        let asked = Instant::now();
        let started = async {
            // Even the shortest sleep would take a millisecond.
            if !startup.is_zero() {
                tokio::time::sleep(startup).await;
            }
            slot.await
        };
        tokio::select! {
            biased;
            stop = sign.wait() => Err(stop),
            slot = started => Ok(Launcher { _slot: slot, created_in: time::elapsed(asked) }),
        }
    }

    /// Computes on a thread of its own. When the job is stopped or the time is up, this returns at once; the thread
    /// keeps the launcher until it has noticed too.
    pub(crate) async fn compute<T: Send + 'static>(
        &self,
        launcher: Launcher,
        sign: &StopSign,
        deadline: Option<Instant>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (sender, receiver) = oneshot::channel();
        {
            let mut all = self.all();
            while all.threads.try_join_next().is_some() {}
            all.threads.spawn_blocking(move || {
                // The receiver is gone when nobody waits for the result any more.
                let _ = sender.send(work());
                drop(launcher);
            });
        }
        let time_is_up = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            stop = sign.wait() => Err(Ended::Stopped(stop)),
            result = receiver => result.map_err(|_| Ended::Panicked),
            () = time_is_up => {
                sign.set(Stop::TimeLimit);
                Err(Ended::Stopped(Stop::TimeLimit))
            }
        }
    }

    /// How many are going on.
    pub(crate) fn count(&self) -> usize {
        let mut all = self.all();
        all.forget_ended();
        all.tasks.len()
    }

    /// Starts no more jobs, stops all, and waits until they have ended.
    pub(crate) async fn shutdown(&self) {
        let mut tasks = {
            let mut all = self.all();
            all.closed = true;
            for sign in all.signs.values() {
                sign.set(Stop::ShuttingDown);
            }
            mem::take(&mut all.tasks)
        };
        while tasks.join_next().await.is_some() {}
        // Only now, since tasks start threads.
        let mut threads = mem::take(&mut self.all().threads);
        while threads.join_next().await.is_some() {}
    }

    fn all(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
