//! States made by running the code of a model.

use std::sync::Arc;
use std::time::Instant;

use decthings::api::model::{
    CancelCreateStateRequest, CancelCreateStateResult, CreateStateFailed, CreateStateFailedDurations,
    CreateStateFailure, CreateStateFailureException, CreateStateFailureMaxDurationExceeded, CreateStateRequest,
    CreateStateResult, CreateStateSucceeded, CreateStateSucceededDurations, CreatingState as CreatingStateView,
    GetCreatingStatesRequest, GetCreatingStatesResult,
};
use decthings::types::RunningOperationType;

use super::make_state::{Recipe, StateFailure, Steps, make_state};
use super::states::mounted_models;
use crate::compute::state::StatePart;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::runtimes::failure::Failure;
use crate::services::common::check;
use crate::services::common::code::runnable_code;
use crate::services::common::location::{Location, locate};
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::{add_state, commit, new_state};
use crate::store::code::Function;
use crate::store::states::{CreatingState, StoredState};
use crate::util;

/// The job continues if the caller stops waiting.
pub(super) async fn create_state(
    context: &Arc<Context>,
    request: CreateStateRequest,
) -> Result<CreateStateResult, CallError> {
    let result = start(context, request)?;
    Ok(result.wait().await)
}

fn start(context: &Arc<Context>, request: CreateStateRequest) -> Result<Once<CreateStateResult>, CallError> {
    check::name("name", &request.name)?;
    let store = context.store();
    let location = locate(context, &store, "executionLocation", request.execution_location)?;
    let model = store.model(&request.model_id)?;
    model.check_created("modelId")?;
    store.check_base(model)?;
    let inputs = resolve_inputs(&store, &model.code, Function::CreateState, request.params, "params")?;
    let mounted = mounted_models(&store, request.mount_models.unwrap_or_default())?;
    if model.expected_states() >= context.config.limits.states {
        return Err(CallError::QuotaExceeded);
    }
    let code = runnable_code(&context.config, &store, model, None, &mounted, "modelId")?;
    let recipe = Recipe { code, inputs, limits: model.durations.clone() };
    let mut state = new_state(request.name);
    state.mounted = mounted.into_iter().map(|(mounted, _)| mounted).collect();
    let creating = CreatingState {
        id: state.id.clone(),
        name: state.name.clone(),
        started_at: state.created_at,
        signal: StopSignal::new(),
    };
    let result = Once::new();
    let (own, signal, own_result) = (context.clone(), creating.signal.clone(), result.clone());
    let model_id = request.model_id.clone();
    let Location { used, startup } = location;
    let (occupied, id) = (used.clone(), creating.id.clone());
    context.jobs.spawn(&creating.signal, async move {
        let started = Instant::now();
        let made = make_state(&own, &signal, &id, recipe, startup).await;
        own.vacate(&used, &id);
        own_result.set(finish(&own, &model_id, state, &signal, started, made));
    })?;
    store.launchers.occupy(&occupied, &creating.id, RunningOperationType::CreateModelState);
    model.activity.creating().push(creating);
    Ok(result)
}

/// Stores the new state, unless the job was stopped in the meantime.
fn finish(
    context: &Context,
    model_id: &str,
    state: StoredState,
    signal: &StopSignal,
    started: Instant,
    (steps, made): (Steps, Result<Vec<StatePart>, StateFailure>),
) -> CreateStateResult {
    let result = made.and_then(|parts| {
        let state = StoredState { created_at: util::now(), ..state.clone() };
        let mut store = context.change();
        let added = add_state(&mut store, &context.config.limits, signal, model_id, state, Some(parts));
        added.and_then(|()| commit(store)).map_err(StateFailure::of_function)
    });
    if let Ok(model) = context.store().model(model_id) {
        model.activity.creating().retain(|creating| creating.id != state.id);
    }
    let total = util::elapsed(started);
    match result {
        Ok(()) => {
            let mut durations = CreateStateSucceededDurations::new(total, steps.create_state.unwrap_or(0));
            (durations.create_launcher, durations.code_startup) = (steps.create_launcher, steps.code_startup);
            CreateStateSucceeded::new(durations, state.id).into()
        }
        Err(failed) => {
            let mut durations = CreateStateFailedDurations::new(total);
            durations.create_launcher = steps.create_launcher;
            durations.code_startup = steps.code_startup;
            durations.create_state = steps.create_state;
            CreateStateFailed::new(durations, failure(failed)).into()
        }
    }
}

fn failure(failed: StateFailure) -> CreateStateFailure {
    let StateFailure { at, cause } = failed;
    match cause {
        Failure::Stopped(StopReason::Cancelled) => CreateStateFailure::Cancelled,
        Failure::Stopped(StopReason::ShuttingDown) => CreateStateFailure::LauncherTerminated,
        Failure::Stopped(StopReason::TimeLimit) => CreateStateFailureMaxDurationExceeded::new(at).into(),
        Failure::Exception(details) | Failure::InvalidOutput(_, details) => {
            CreateStateFailureException::new(at).exception_details(details).into()
        }
        Failure::Terminated(terminated) => terminated.into(),
        Failure::InvalidExecutable => CreateStateFailure::InvalidExecutableFile,
        Failure::UnreadableExecutable => CreateStateFailure::ReadExecutableFileFailed,
    }
}

pub(super) fn cancel_create_state(
    context: &Context,
    request: CancelCreateStateRequest,
) -> Result<CancelCreateStateResult, CallError> {
    let store = context.store();
    let model = store.model(&request.model_id)?;
    if model.state(&request.state_id).is_ok() {
        return Err(CallError::StateAlreadyCreated);
    }
    let creating = model.activity.creating();
    let found = creating.iter().find(|creating| creating.id == request.state_id && !is_stopped(creating));
    found.ok_or(CallError::StateNotFound)?.signal.set(StopReason::Cancelled);
    Ok(CancelCreateStateResult::new())
}

pub(super) fn get_creating_states(
    context: &Context,
    request: GetCreatingStatesRequest,
) -> Result<GetCreatingStatesResult, CallError> {
    let store = context.store();
    let creating = store.model(&request.model_id)?.activity.creating();
    let view = |creating: &CreatingState| CreatingStateView::new(&creating.id, &creating.name, creating.started_at);
    Ok(GetCreatingStatesResult::new(creating.iter().filter(|creating| !is_stopped(creating)).map(view)))
}

/// A job that has been asked to stop takes a moment to end, but will not make a state any more.
fn is_stopped(creating: &CreatingState) -> bool {
    creating.signal.is_set()
}
