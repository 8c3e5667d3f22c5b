//! A debug session, from its launch to its last event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use decthings::api::debug::{DebugEvent, ExitEvent, InitializedEvent, StderrEvent, StdoutEvent};
use decthings::types::{DebugSessionTerminatedReason, DebugSessionTerminatedReasonException, MaxDurationsSeconds};

use super::training::DebugTraining;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::sessions::{IdleTimeout, Sessions};
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::runtimes::code::RunnableCode;
use crate::runtimes::failure::Failure;
use crate::runtimes::output::{Output, Stream};
use crate::runtimes::{Limit, Runtime};
use crate::services::common::location::Location;
use crate::services::common::states::NO_SPACE;
use crate::store::code::Code;
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
    pub(super) code: Code,
    pub(super) location: Location,
    pub(super) durations: MaxDurationsSeconds,
    /// Ends the session.
    pub(super) signal: StopSignal,
    /// Set when it has been initialized.
    pub(super) runtime: Once<Arc<Runtime>>,
    /// Set when it has ended.
    pub(super) finished: Once<()>,
    pub(super) idle: IdleTimeout,
    pub(super) kept: Mutex<Kept>,
}

/// What a session keeps in memory.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) data: BTreeMap<String, Parts>,
    /// The instantiated models, and how large their states are.
    pub(super) instances: BTreeMap<String, u64>,
    pub(super) trainings: Vec<Arc<DebugTraining>>,
}

impl DebugSession {
    pub(super) fn kept(&self) -> MutexGuard<'_, Kept> {
        util::lock(&self.kept)
    }

    /// Runs the session until it ends.
    pub(super) async fn run(self: Arc<Self>, code: RunnableCode, sessions: Sessions<Self>) {
        let reason = match self.start(code).await {
            Ok(runtime) => {
                self.publish(&DebugEvent::Initialized(InitializedEvent::new(&self.id)));
                self.runtime.set(runtime.clone());
                let reason = tokio::select! {
                    biased;
                    reason = self.signal.wait() => self.stop_trainings(reason),
                    failure = runtime.ended() => code_ended(failure),
                    () = self.idle.elapsed() => self.stop_trainings(StopReason::TimeLimit),
                };
                // It ends the calls in progress.
                self.signal.set(StopReason::Cancelled);
                runtime.close().await;
                reason
            }
            Err(failure) => {
                self.signal.set(StopReason::Cancelled);
                self.stop_trainings(StopReason::Cancelled);
                match failure {
                    Failure::Stopped(StopReason::TimeLimit) => {
                        let seconds = self.durations.code_startup;
                        exception(format!("the code did not start within {seconds} s"))
                    }
                    Failure::Stopped(reason) => self.stop_trainings(reason),
                    failure => code_ended(failure),
                }
            }
        };
        sessions.remove(&self.id);
        self.context.vacate(&self.location.used, &self.id);
        self.publish(&DebugEvent::Exit(ExitEvent::new(&self.id).reason(reason)));
        self.finished.set(());
    }

    async fn start(&self, code: RunnableCode) -> Result<Arc<Runtime>, Failure> {
        let launcher = self.context.jobs.launch(&self.signal, self.location.startup).await;
        let launcher = launcher.map_err(Failure::Stopped)?;
        let (context, id) = (self.context.clone(), self.id.clone());
        let output = Output::reported(move |stream, data| {
            context.publish(
                &id,
                &match stream {
                    Stream::Stdout => DebugEvent::Stdout(StdoutEvent::new(&id, data)),
                    Stream::Stderr => DebugEvent::Stderr(StderrEvent::new(&id, data)),
                },
            );
        });
        // The time limit is for the start alone, and not for the session.
        let signal = StopSignal::new();
        let limit = Limit::new(&signal, self.durations.code_startup);
        let starting = Runtime::start(&self.context, code, launcher, output, limit);
        tokio::pin!(starting);
        let started = tokio::select! {
            biased;
            reason = self.signal.wait() => {
                signal.set(reason);
                starting.await
            }
            started = &mut starting => started,
        };
        started.map(Arc::new)
    }

    /// Stops the trainings in progress. Returns why the session ends.
    fn stop_trainings(&self, reason: StopReason) -> DebugSessionTerminatedReason {
        for training in &self.kept().trainings {
            training.signal.set(StopReason::Cancelled);
        }
        match reason {
            StopReason::Cancelled => DebugSessionTerminatedReason::TerminatedOnRequest,
            StopReason::ShuttingDown => DebugSessionTerminatedReason::LauncherTerminated,
            StopReason::TimeLimit => DebugSessionTerminatedReason::InactiveTimeout,
        }
    }

    /// Waits until functions can be called.
    pub(super) async fn begin_call(&self, seconds: u32) -> Result<DebugCall<'_>, CallError> {
        tokio::select! {
            biased;
            _ = self.signal.wait() => Err(CallError::DebugSessionTerminated),
            runtime = self.runtime.wait() => Ok(DebugCall { session: self, runtime, signal: StopSignal::new(), seconds }),
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

    /// Remembers an instantiated model with a state of so many bytes.
    pub(super) fn keep_instance(&self, id: &str, bytes: u64) {
        self.kept().instances.insert(id.to_owned(), bytes);
    }

    /// Checks that one more instantiated model is possible.
    pub(super) fn check_instance(&self, sessions: &Sessions<Self>, parts: &Parts) -> Result<(), CallError> {
        self.check_space(sessions, parts)?;
        check_kept(self.kept().instances.len(), "instantiated models")
    }

    pub(super) fn keep_training(&self, training: Arc<DebugTraining>) -> Result<(), CallError> {
        let mut kept = self.kept();
        check_kept(kept.trainings.len(), "training sessions")?;
        kept.trainings.push(training);
        Ok(())
    }

    pub(super) fn check_instantiated(&self, id: &str) -> Result<(), CallError> {
        if self.kept().instances.contains_key(id) { Ok(()) } else { Err(CallError::InstantiatedModelNotFound) }
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
        let data = kept.data.values().map(|parts| states::size(parts));
        data.chain(kept.instances.values().copied()).fold(0, u64::saturating_add)
    }

    fn publish(&self, event: &DebugEvent) {
        self.context.publish(&self.id, event);
    }
}

/// A call of a function.
pub(super) struct DebugCall<'a> {
    session: &'a DebugSession,
    pub(super) runtime: Arc<Runtime>,
    signal: StopSignal,
    seconds: u32,
}

impl DebugCall<'_> {
    pub(super) fn limit(&self) -> Limit<'_> {
        Limit::new(&self.signal, self.seconds)
    }

    /// Waits for a function, which ends at the time limit, or with the session.
    pub(super) async fn run<T>(&self, function: impl Future<Output = Result<T, Failure>>) -> Result<T, CallError> {
        let result = tokio::select! {
            biased;
            result = function => result,
            reason = self.session.signal.wait() => {
                self.signal.set(reason);
                return Err(CallError::DebugSessionTerminated);
            }
        };
        self.session.idle.reset();
        result.map_err(|failure| match failure {
            Failure::Stopped(StopReason::TimeLimit) => {
                CallError::exception(format!("it took longer than {} s", self.seconds))
            }
            Failure::Stopped(_) | Failure::Terminated(_) => CallError::DebugSessionTerminated,
            failure => CallError::exception(failure.to_string()),
        })
    }
}

/// Why a session ends whose code has ended.
fn code_ended(failure: Failure) -> DebugSessionTerminatedReason {
    match failure {
        Failure::Terminated(terminated) => terminated.into(),
        failure => exception(failure.to_string()),
    }
}

fn exception(details: String) -> DebugSessionTerminatedReason {
    DebugSessionTerminatedReasonException::new().exception_details(details).into()
}

fn check_kept(count: usize, what: &str) -> Result<(), CallError> {
    if count >= MAX_KEPT {
        return Err(CallError::exception(format!("the session keeps at most {MAX_KEPT} {what}")));
    }
    Ok(())
}
