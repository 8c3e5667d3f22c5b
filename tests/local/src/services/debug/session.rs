//! A debug session, from its launch to its last event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use decthings::api::debug::{DebugEvent, ExitEvent, InitializedEvent, StdoutEvent};
use decthings::types::{DebugSessionTerminatedReason, MaxDurationsSeconds};

use super::training::DebugTraining;
use crate::compute::error::ComputeError;
use crate::compute::preset::Preset;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::pool::{JobError, Launcher};
use crate::jobs::sessions::{IdleTimeout, Sessions};
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::services::common::location::Location;
use crate::services::common::states::{NO_SPACE, PANICKED};
use crate::store::states::{self, Parts};
use crate::util;

/// What a session keeps at most: data of states, instantiated models and training sessions, each.
const MAX_KEPT: usize = 1_000;

/// What all debug sessions share.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) context: Arc<Context>,
    pub(super) sessions: Sessions<DebugSession>,
}

impl Shared {
    /// The session that a call is about, which counts as activity.
    pub(super) fn find(&self, id: &str) -> Result<Arc<DebugSession>, CallError> {
        let session = self.sessions.get(id).ok_or(CallError::DebugSessionNotFound)?;
        session.idle.reset();
        Ok(session)
    }
}

/// A debug session.
pub(super) struct DebugSession {
    pub(super) context: Arc<Context>,
    pub(super) id: String,
    pub(super) model_id: String,
    pub(super) started_at: i64,
    pub(super) preset: &'static dyn Preset,
    pub(super) location: Location,
    pub(super) durations: MaxDurationsSeconds,
    /// Ends the session.
    pub(super) signal: StopSignal,
    /// Set when it has been initialized.
    pub(super) ready: Once<()>,
    /// Set when it has ended.
    pub(super) finished: Once<()>,
    pub(super) idle: IdleTimeout,
    pub(super) kept: Mutex<Kept>,
}

/// What a session keeps in memory.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) data: BTreeMap<String, Parts>,
    pub(super) instances: BTreeMap<String, Parts>,
    pub(super) trainings: Vec<Arc<DebugTraining>>,
}

impl DebugSession {
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        util::lock(&self.kept)
    }

    /// Runs the session until it ends.
    pub(super) async fn run(self: Arc<Self>, sessions: Sessions<Self>) {
        let reason = match self.context.jobs.launch(&self.signal, self.location.startup).await {
            Ok(_launcher) => {
                self.print(&format!("the preset {} is ready\n", self.preset.name()));
                self.publish(&DebugEvent::Initialized(InitializedEvent::new(&self.id)));
                self.ready.set(());
                tokio::select! {
                    biased;
                    reason = self.signal.wait() => reason,
                    () = self.idle.elapsed() => {
                        self.signal.set(StopReason::TimeLimit);
                        StopReason::TimeLimit
                    }
                }
            }
            Err(reason) => reason,
        };
        for training in &self.kept().trainings {
            training.signal.set(StopReason::Cancelled);
        }
        sessions.remove(&self.id);
        self.context.vacate(&self.location.used, &self.id);
        let reason = match reason {
            StopReason::Cancelled => DebugSessionTerminatedReason::TerminatedOnRequest,
            StopReason::ShuttingDown => DebugSessionTerminatedReason::LauncherTerminated,
            StopReason::TimeLimit => DebugSessionTerminatedReason::InactiveTimeout,
        };
        self.publish(&DebugEvent::Exit(ExitEvent::new(&self.id).reason(reason)));
        self.finished.set(());
    }

    /// Waits until functions can be called, then computes. Stops at the time limit, or when the session ends.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        seconds: u32,
        work: impl FnOnce(&StopSignal) -> Result<T, ComputeError> + Send + 'static,
    ) -> Result<T, CallError> {
        let signal = StopSignal::new();
        let own = signal.clone();
        let work = async {
            self.ready.wait().await;
            self.context.jobs.compute(Launcher::running(), &signal, util::deadline(seconds), move || work(&own)).await
        };
        let result = tokio::select! {
            biased;
            reason = self.signal.wait() => {
                signal.set(reason);
                return Err(CallError::DebugSessionTerminated);
            }
            result = work => result,
        };
        self.idle.reset();
        match result {
            Ok(result) => result.map_err(|error| CallError::exception(error.to_string())),
            Err(JobError::Stopped(_)) => Err(CallError::exception(format!("it took longer than {seconds} s"))),
            Err(JobError::Panicked) => Err(CallError::exception(PANICKED)),
        }
    }

    /// Keeps the data of a state, and returns its id.
    pub(super) fn keep_data(&self, sessions: &Sessions<Self>, parts: Parts) -> Result<String, CallError> {
        self.check_space(sessions, &parts)?;
        let id = util::new_id();
        let data = &mut self.kept().data;
        check_kept(data.len(), "states")?;
        data.insert(id.clone(), parts);
        Ok(id)
    }

    /// Keeps an instantiated model, and returns its id.
    pub(super) fn keep_instance(&self, sessions: &Sessions<Self>, parts: Parts) -> Result<String, CallError> {
        self.check_space(sessions, &parts)?;
        let id = util::new_id();
        let instances = &mut self.kept().instances;
        check_kept(instances.len(), "instantiated models")?;
        instances.insert(id.clone(), parts);
        Ok(id)
    }

    pub(super) fn keep_training(&self, training: Arc<DebugTraining>) -> Result<(), CallError> {
        let mut kept = self.kept();
        check_kept(kept.trainings.len(), "training sessions")?;
        kept.trainings.push(training);
        Ok(())
    }

    pub(super) fn instance(&self, id: &str) -> Result<Parts, CallError> {
        self.kept().instances.get(id).cloned().ok_or(CallError::InstantiatedModelNotFound)
    }

    pub(super) fn data(&self, id: &str) -> Result<Parts, CallError> {
        self.kept().data.get(id).cloned().ok_or(CallError::StateDataNotFound)
    }

    fn check_space(&self, sessions: &Sessions<Self>, parts: &Parts) -> Result<(), CallError> {
        let sessions = sessions.list(None);
        let kept = sessions.iter().map(|session| session.bytes()).fold(states::size(parts), u64::saturating_add);
        let space = self.context.store().check_space(kept, self.context.config.limits.stored_bytes);
        space.map_err(|_| CallError::exception(NO_SPACE))
    }

    fn bytes(&self) -> u64 {
        let kept = self.kept();
        let all = kept.data.values().chain(kept.instances.values());
        all.map(|parts| states::size(parts)).fold(0, u64::saturating_add)
    }

    /// Prints a text, as the code of a model would.
    pub(super) fn print(&self, text: &str) {
        self.publish(&DebugEvent::Stdout(StdoutEvent::new(&self.id, text.as_bytes().to_vec())));
    }

    fn publish(&self, event: &DebugEvent) {
        self.context.publish(&self.id, event);
    }
}

fn check_kept(count: usize, what: &str) -> Result<(), CallError> {
    if count >= MAX_KEPT {
        return Err(CallError::exception(format!("the session keeps at most {MAX_KEPT} {what}")));
    }
    Ok(())
}
