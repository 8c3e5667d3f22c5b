//! The code of models that has been started: presets, and programs.

pub(crate) mod code;
pub(crate) mod failure;
pub(crate) mod output;
mod preset;
pub(crate) mod program;
pub(crate) mod warm;

use std::sync::Arc;
use std::time::Instant;

use decthings::Tensor;
use decthings::types::Parameter;

use self::code::RunnableCode;
use self::failure::Failure;
use self::output::Output;
use self::preset::PresetRuntime;
use self::program::{Program, ProgramOptions};
use crate::compute::state::StatePart;
use crate::context::Context;
use crate::jobs::pool::Launcher;
use crate::jobs::signal::{StopReason, StopSignal};
use crate::presets::tensors::Inputs;
use crate::store::states::Parts;
use crate::util;

/// Follows a training.
pub(crate) trait TrainingObserver: Send + Sync {
    /// The progress, usually from 0 to 1.
    fn progress(&self, share: f32);
    /// A value of a metric.
    fn metric(&self, name: &str, value: Tensor);
}

/// When a function has to end before it is done.
#[derive(Clone, Copy)]
pub(crate) struct Limit<'a> {
    signal: &'a StopSignal,
    deadline: Option<Instant>,
}

impl<'a> Limit<'a> {
    /// When the signal is set, or after so many seconds, which then set the signal.
    pub(crate) fn new(signal: &'a StopSignal, seconds: u32) -> Self {
        Self { signal, deadline: util::deadline(seconds) }
    }

    fn stopped(&self) -> Failure {
        Failure::Stopped(self.signal.get().unwrap_or(StopReason::Cancelled))
    }

    /// Waits until the function has to end.
    async fn reached(&self) -> StopReason {
        tokio::select! {
            biased;
            reason = self.signal.wait() => reason,
            () = util::sleep_until(self.deadline) => {
                self.signal.set(StopReason::TimeLimit);
                StopReason::TimeLimit
            }
        }
    }
}

/// The code of a model that has been started, and the models that it has instantiated.
pub(crate) struct Runtime {
    kind: Kind,
    /// That a program runs on.
    _launcher: Option<Launcher>,
    /// What it prints.
    pub(crate) output: Output,
    /// How long the code took to start, in milliseconds. Nothing if it needs no start.
    pub(crate) started_in: Option<u64>,
}

enum Kind {
    Preset(PresetRuntime),
    Program(Program),
}

impl Runtime {
    /// Starts the code on a launcher.
    pub(crate) async fn start(
        context: &Arc<Context>,
        code: RunnableCode,
        launcher: Launcher,
        output: Output,
        limit: Limit<'_>,
    ) -> Result<Self, Failure> {
        let own = match code {
            RunnableCode::Preset(preset) => {
                let runtime = PresetRuntime::new(context.clone(), preset, Arc::new(launcher), output.clone());
                return Ok(Self { kind: Kind::Preset(runtime), _launcher: None, output, started_in: None });
            }
            RunnableCode::Own(own) => own,
        };
        let started = Instant::now();
        let workspace = context.workspace().await.map_err(|_| workspace_missing())?;
        let options = ProgramOptions {
            workspace: workspace.path().to_owned(),
            python: context.config.python.clone(),
            max_bytes: context.config.limits.stored_bytes,
            output: output.clone(),
        };
        let program = tokio::select! {
            biased;
            reason = limit.reached() => return Err(Failure::Stopped(reason)),
            started = Program::start(own, options) => started?,
        };
        let ready = tokio::select! {
            biased;
            reason = limit.reached() => Err(Failure::Stopped(reason)),
            ready = program.ready() => ready,
        };
        match ready {
            Ok(()) => {
                let started_in = Some(util::elapsed(started));
                Ok(Self { kind: Kind::Program(program), _launcher: Some(launcher), output, started_in })
            }
            Err(failure) => {
                program.close().await;
                Err(failure)
            }
        }
    }

    /// Calls the function that makes a state.
    pub(crate) async fn create_state(&self, limit: Limit<'_>, inputs: Inputs) -> Result<Vec<StatePart>, Failure> {
        match &self.kind {
            Kind::Preset(preset) => preset.create_state(limit, inputs).await,
            Kind::Program(program) => within(limit, program, program.create_state(inputs)).await,
        }
    }

    /// Calls the function that loads a state. Returns the id of the instantiated model.
    pub(crate) async fn instantiate(&self, limit: Limit<'_>, state: &Parts) -> Result<String, Failure> {
        match &self.kind {
            Kind::Preset(preset) => preset.instantiate(limit, state.clone()).await,
            Kind::Program(program) => within(limit, program, program.instantiate(state)).await,
        }
    }

    /// Calls the training function on an instantiated model.
    pub(crate) async fn train(
        &self,
        limit: Limit<'_>,
        instance: &str,
        inputs: Inputs,
        observer: Arc<dyn TrainingObserver>,
    ) -> Result<(), Failure> {
        match &self.kind {
            Kind::Preset(preset) => preset.train(limit, instance, inputs, observer).await,
            Kind::Program(program) => {
                // Unlike other functions, training has a moment to end when it is cancelled.
                let trained = program.train(instance, inputs, observer, limit.signal);
                tokio::select! {
                    biased;
                    result = trained => result,
                    () = util::sleep_until(limit.deadline), if !limit.signal.is_set() => {
                        limit.signal.set(StopReason::TimeLimit);
                        program.kill();
                        Err(limit.stopped())
                    }
                }
            }
        }
    }

    /// Calls the evaluation function on an instantiated model.
    pub(crate) async fn evaluate(
        &self,
        limit: Limit<'_>,
        instance: &str,
        inputs: Inputs,
    ) -> Result<Vec<Parameter>, Failure> {
        match &self.kind {
            Kind::Preset(preset) => preset.evaluate(limit, instance, inputs).await,
            Kind::Program(program) => within(limit, program, program.evaluate(instance, inputs)).await,
        }
    }

    /// Calls the function that reads the state of an instantiated model.
    pub(crate) async fn state(&self, limit: Limit<'_>, instance: &str) -> Result<Vec<StatePart>, Failure> {
        match &self.kind {
            Kind::Preset(preset) => preset.state(instance),
            Kind::Program(program) => within(limit, program, program.state(instance)).await,
        }
    }

    /// Waits until the code has ended on its own, and says why.
    pub(crate) async fn ended(&self) -> Failure {
        match &self.kind {
            Kind::Preset(_) => std::future::pending().await,
            Kind::Program(program) => program.ended().await,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        match &self.kind {
            Kind::Preset(_) => true,
            Kind::Program(program) => program.is_running(),
        }
    }

    /// Ends the code, and waits until nothing of it is left.
    pub(crate) async fn close(&self) {
        if let Kind::Program(program) = &self.kind {
            program.close().await;
        }
    }
}

/// Waits for a function of a program. A function that has to end before it is done can only be ended with its program.
async fn within<T>(
    limit: Limit<'_>,
    program: &Program,
    function: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        biased;
        reason = limit.reached() => {
            program.kill();
            Err(Failure::Stopped(reason))
        }
        result = function => result,
    }
}

fn workspace_missing() -> Failure {
    Failure::Exception("the server cannot make a folder for programs".to_owned())
}
