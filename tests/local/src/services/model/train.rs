//! Training sessions: started, and run in the background until there is a new state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use decthings::Tensor;
use decthings::api::model::{
    TrainRequest, TrainResult, TrainingFailure, TrainingFailureException, TrainingFailureMaxDurationExceeded,
};
use decthings::api::user::TrainingOutcome;
use decthings::types::{MaxDurationsSeconds, RunningOperationType, TrainingStage};

use crate::compute::state::StatePart;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::StopReason;
use crate::presets::tensors::Inputs;
use crate::runtimes::code::RunnableCode;
use crate::runtimes::failure::Failure;
use crate::runtimes::output::Output;
use crate::runtimes::{Limit, Runtime, TrainingObserver};
use crate::services::common::check;
use crate::services::common::code::{mounted, runnable_code};
use crate::services::common::location::locate;
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::{NOT_STORED, add_state, new_state};
use crate::store::code::Function;
use crate::store::states::{Parts, StoredState};
use crate::store::training::TrainingRun;
use crate::util;

pub(super) fn train(context: &Arc<Context>, request: TrainRequest) -> Result<TrainResult, CallError> {
    check::name("newStateName", &request.new_state_name)?;
    let mut store = context.change();
    let location = locate(context, &store, "executionLocation", request.execution_location)?;
    let model = store.model(&request.model_id)?;
    model.check_created("modelId")?;
    store.check_base(model)?;
    let state = match &request.state_id {
        Some(id) => model.state(id).map_err(|_| CallError::invalid("stateId", "the model does not have this state"))?,
        None => model.active_state()?,
    };
    store.check_mounted(state)?;
    let inputs = resolve_inputs(&store, &model.code, Function::Train, request.params, "params")?;
    let code = runnable_code(&context.config, &store, model, None, &mounted(&state.mounted), "modelId")?;
    let limits = &context.config.limits;
    if model.trainings.len() >= limits.training_sessions || model.expected_states() >= limits.states {
        return Err(CallError::QuotaExceeded);
    }
    let run = Arc::new(TrainingRun::new(&store.storage, &request.model_id, &request.new_state_name, location.used));
    let limits = model.durations.clone();
    let job = TrainingJob { code, from: state.load(&store.storage)?, inputs, limits, run: run.clone() };
    let mut new_state = new_state(request.new_state_name);
    new_state.mounted = state.mounted.clone();
    new_state.training_operations = state.training_operations.iter().chain([&run.id]).cloned().collect();
    let (own, model_id) = (context.clone(), request.model_id.clone());
    context.jobs.spawn(&run.signal, async move {
        let run = job.run.clone();
        let trained = job.execute(&own, location.startup).await;
        finish(&own, &model_id, &run, new_state, trained);
    })?;
    let (result, signal) = (TrainResult::new(&run.id), run.signal.clone());
    store.launchers.occupy(&run.location, &run.id, RunningOperationType::Train);
    store.model_mut(&request.model_id)?.trainings.push(run);
    // Without a record of the session, its job must not make a state.
    store.commit().inspect_err(|_| signal.set(StopReason::Cancelled))?;
    Ok(result)
}

/// What a training session needs.
struct TrainingJob {
    code: RunnableCode,
    from: Parts,
    inputs: Inputs,
    limits: MaxDurationsSeconds,
    run: Arc<TrainingRun>,
}

impl TrainingJob {
    /// Trains, and returns the data of the new state.
    async fn execute(self, context: &Arc<Context>, startup: Duration) -> Result<Vec<StatePart>, TrainingFailure> {
        let (run, output) = (self.run.clone(), Output::kept());
        self.run_steps(context, startup, &output).await.map_err(|(at, cause)| {
            output.report_failure(context, &format!("the training session {}", run.id), &cause);
            failure(at, cause)
        })
    }

    async fn run_steps(
        self,
        context: &Arc<Context>,
        startup: Duration,
        output: &Output,
    ) -> Result<Vec<StatePart>, (TrainingStage, Failure)> {
        let Self { code, from, inputs, limits, run } = self;
        let in_startup = |cause| (TrainingStage::CodeStartup, cause);
        let launcher = context.jobs.launch_training(&run.signal, startup).await;
        let launcher = launcher.map_err(|reason| in_startup(Failure::Stopped(reason)))?;
        run.launched(launcher.created_in);
        let limit = Limit::new(&run.signal, limits.code_startup);
        let runtime = Runtime::start(context, code, launcher, output.clone(), limit).await.map_err(in_startup)?;
        run.code_started(runtime.started_in);
        let trained = train_and_read(&runtime, &from, inputs, &limits, &run).await;
        runtime.close().await;
        trained
    }
}

/// Loads the state, trains, and reads the new state.
async fn train_and_read(
    runtime: &Runtime,
    from: &Parts,
    inputs: Inputs,
    limits: &MaxDurationsSeconds,
    run: &Arc<TrainingRun>,
) -> Result<Vec<StatePart>, (TrainingStage, Failure)> {
    let limit = |seconds| Limit::new(&run.signal, seconds);
    let started = Instant::now();
    let instance = runtime.instantiate(limit(limits.instantiate_model), from).await;
    let instance = instance.map_err(|cause| (TrainingStage::InstantiateModel, cause))?;
    run.started(util::elapsed(started));
    let trained = runtime.train(limit(limits.train), &instance, inputs, run.clone()).await;
    trained.map_err(|cause| (TrainingStage::Train, cause))?;
    run.trained();
    // A state is as quick to read as it is to load.
    let state = runtime.state(limit(limits.instantiate_model), &instance).await;
    state.map_err(|cause| (TrainingStage::GetState, cause))
}

impl TrainingObserver for TrainingRun {
    fn progress(&self, share: f32) {
        self.set_progress(share);
    }

    fn metric(&self, name: &str, value: Tensor) {
        self.record(name, value);
    }
}

/// Stores the new state, unless the job was stopped in the meantime.
fn finish(
    context: &Context,
    model_id: &str,
    run: &TrainingRun,
    new_state: StoredState,
    trained: Result<Vec<StatePart>, TrainingFailure>,
) {
    let mut store = context.change();
    store.launchers.vacate(&run.location, &run.id);
    let stored = trained.and_then(|parts| {
        let state = StoredState { created_at: util::now(), ..new_state };
        let id = state.id.clone();
        match add_state(&mut store, &context.config.limits, &run.signal, model_id, state, Some(parts)) {
            Ok(()) => Ok(id),
            Err(cause) => Err(failure(TrainingStage::GetState, cause)),
        }
    });
    let outcome = match stored {
        Ok(id) => {
            run.completed(&id);
            TrainingOutcome::Completed
        }
        Err(failure) => {
            run.failed(failure);
            TrainingOutcome::Failed
        }
    };
    store.notify(run.notification(outcome));
    // The session is a part of the model, which has to be written again.
    let _ = store.model_mut(model_id);
    let stored = run.store(&store.data.storage, &mut store.batch);
    if let Err(error) = stored.and_then(|()| store.commit()) {
        error.report();
        run.failed(failure(TrainingStage::GetState, Failure::Exception(NOT_STORED.to_owned())));
    }
}

fn failure(at: TrainingStage, cause: Failure) -> TrainingFailure {
    match cause {
        Failure::Stopped(StopReason::Cancelled) => TrainingFailure::Cancelled,
        Failure::Stopped(StopReason::ShuttingDown) => TrainingFailure::LauncherTerminated,
        Failure::Stopped(StopReason::TimeLimit) => TrainingFailureMaxDurationExceeded::new(at).into(),
        Failure::Exception(details) | Failure::InvalidOutput(_, details) => {
            TrainingFailureException::new(at).exception_details(details).into()
        }
        Failure::Terminated(terminated) => terminated.into(),
        Failure::InvalidExecutable => TrainingFailure::InvalidExecutableFile,
        Failure::UnreadableExecutable => TrainingFailure::ReadExecutableFileFailed,
    }
}
