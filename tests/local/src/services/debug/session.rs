//! A debug session, from its launch to its last event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use decthings::api::debug::{DebugEvent, ExitEvent, InitializedEvent, StdoutEvent};
use decthings::types::{DebugSessionTerminatedReason, MaxDurationsSeconds};

use super::training::DebugTraining;
use crate::compute::{ComputeError, Preset};
use crate::fail::Fail;
use crate::jobs::{Ended, Launcher, Once, Stop, StopSign};
use crate::local::Local;
use crate::services::launcher::Location;
use crate::services::model::make_state::{NO_SPACE, PANICKED};
use crate::sessions::Idle;
use crate::store::ids;
use crate::store::states::{self, Parts};
use crate::time;

/// What a session keeps at most: data of states, instantiated models and training sessions, each.
const MOST_KEPT: usize = 1_000;

/// A debug session.
pub(crate) struct DebugSession {
    pub(super) id: String,
    pub(super) model_id: String,
    pub(super) started_at: i64,
    pub(super) preset: &'static dyn Preset,
    pub(super) location: Location,
    pub(super) durations: MaxDurationsSeconds,
    /// Ends the session.
    pub(super) sign: StopSign,
    /// Set when it has been initialized.
    pub(super) ready: Once<()>,
    /// Set when it has ended.
    pub(super) over: Once<()>,
    pub(super) idle: Idle,
    pub(super) kept: Mutex<Kept>,
}

/// What a session keeps in memory.
#[derive(Default)]
pub(crate) struct Kept {
    pub(super) data: BTreeMap<String, Parts>,
    pub(super) instances: BTreeMap<String, Parts>,
    pub(super) trainings: Vec<Arc<DebugTraining>>,
}

impl DebugSession {
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a session.
    pub(super) async fn run(self: Arc<Self>, local: Arc<Local>) {
        let stop = match local.jobs.launch(&self.sign, self.location.startup).await {
            Ok(_launcher) => {
                self.print(&local, &format!("the preset {} is ready\n", self.preset.name()));
                self.tell(&local, &DebugEvent::Initialized(InitializedEvent::new(&self.id)));
                self.ready.set(());
                tokio::select! {
                    biased;
                    stop = self.sign.wait() => stop,
                    () = self.idle.too_long() => {
                        self.sign.set(Stop::TimeLimit);
                        Stop::TimeLimit
                    }
                }
            }
            Err(stop) => stop,
        };
        for training in &self.kept().trainings {
            training.sign.set(Stop::Cancelled);
        }
        local.debug.remove(&self.id);
        local.store().vacate(&self.location.used, &self.id);
        let reason = match stop {
            Stop::Cancelled => DebugSessionTerminatedReason::TerminatedOnRequest,
            Stop::ShuttingDown => DebugSessionTerminatedReason::LauncherTerminated,
            Stop::TimeLimit => DebugSessionTerminatedReason::InactiveTimeout,
        };
        self.tell(&local, &DebugEvent::Exit(ExitEvent::new(&self.id).reason(reason)));
        self.over.set(());
    }

    /// Waits until functions can be called, then computes. Time limits and the end of the session hold.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        local: &Local,
        seconds: u32,
        work: impl FnOnce(&StopSign) -> Result<T, ComputeError> + Send + 'static,
    ) -> Result<T, Fail> {
        let sign = StopSign::new();
        let own = sign.clone();
        let work = async {
            self.ready.wait().await;
            local.jobs.compute(Launcher::running(), &sign, time::deadline(seconds), move || work(&own)).await
        };
        let result = tokio::select! {
            biased;
            stop = self.sign.wait() => {
                sign.set(stop);
                return Err(Fail::DebugSessionTerminated);
            }
            result = work => result,
        };
        self.idle.touch();
        match result {
            Ok(result) => result.map_err(|error| exception(error.to_string())),
            Err(Ended::Stopped(_)) => Err(exception(format!("it took longer than {seconds} s"))),
            Err(Ended::Panicked) => Err(exception(PANICKED)),
        }
    }

    /// Keeps the data of a state; its id.
    pub(super) fn keep_data(&self, local: &Local, parts: Parts) -> Result<String, Fail> {
        self.check_space(local, &parts)?;
        let mut kept = self.kept();
        if kept.data.len() >= MOST_KEPT {
            return Err(exception(format!("the session keeps {MOST_KEPT} states already")));
        }
        let id = ids::id();
        kept.data.insert(id.clone(), parts);
        Ok(id)
    }

    /// Keeps an instantiated model; its id.
    pub(super) fn keep_instance(&self, local: &Local, parts: Parts) -> Result<String, Fail> {
        self.check_space(local, &parts)?;
        let mut kept = self.kept();
        if kept.instances.len() >= MOST_KEPT {
            return Err(exception(format!("the session keeps {MOST_KEPT} instantiated models already")));
        }
        let id = ids::id();
        kept.instances.insert(id.clone(), parts);
        Ok(id)
    }

    pub(super) fn keep_training(&self, training: Arc<DebugTraining>) -> Result<(), Fail> {
        let mut kept = self.kept();
        if kept.trainings.len() >= MOST_KEPT {
            return Err(exception(format!("the session keeps {MOST_KEPT} training sessions already")));
        }
        kept.trainings.push(training);
        Ok(())
    }

    pub(super) fn instance(&self, id: &str) -> Result<Parts, Fail> {
        self.kept().instances.get(id).cloned().ok_or(Fail::InstantiatedModelNotFound)
    }

    pub(super) fn data(&self, id: &str) -> Result<Parts, Fail> {
        self.kept().data.get(id).cloned().ok_or(Fail::StateDataNotFound)
    }

    fn check_space(&self, local: &Local, parts: &Parts) -> Result<(), Fail> {
        let sessions = local.debug.list(None);
        let kept = sessions.iter().map(|session| session.bytes()).fold(states::size(parts), u64::saturating_add);
        let space = local.store().check_space(kept, local.config.limits.stored_bytes);
        space.map_err(|_| exception(NO_SPACE))
    }

    fn bytes(&self) -> u64 {
        let kept = self.kept();
        let all = kept.data.values().chain(kept.instances.values());
        all.map(|parts| states::size(parts)).fold(0, u64::saturating_add)
    }

    /// Prints something, as if the code of the model did.
    pub(super) fn print(&self, local: &Local, text: &str) {
        self.tell(local, &DebugEvent::Stdout(StdoutEvent::new(&self.id, text.as_bytes().to_vec())));
    }

    fn tell(&self, local: &Local, event: &DebugEvent) {
        // Only an event that cannot be written is refused.
        let _ = local.events.publish(&self.id, event);
    }
}

/// What the functions of the code answer when they fail.
pub(super) fn exception(details: impl Into<String>) -> Fail {
    Fail::Exception { details: details.into() }
}
