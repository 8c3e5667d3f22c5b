//! States made by running a preset.

use std::sync::Arc;
use std::time::Instant;

use decthings::api::model::{
    CancelCreateStateRequest, CancelCreateStateResult, CreateStateFailed, CreateStateFailedDurations,
    CreateStateFailure, CreateStateFailureException, CreateStateFailureMaxDurationExceeded, CreateStateRequest,
    CreateStateResult, CreateStateSucceeded, CreateStateSucceededDurations, CreatingState as CreatingStateView,
    GetCreatingStatesRequest, GetCreatingStatesResult,
};
use decthings::types::{CreateStateStage, RunningOperationType};

use super::make_state::{NewState, Recipe, StateFailure, make_state};
use super::states::mounted_models;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::{Once, StopReason, StopSignal};
use crate::presets::parameters::parameter_definitions;
use crate::services::common::check;
use crate::services::common::location::{Location, locate};
use crate::services::common::parameters::resolve_inputs;
use crate::services::common::states::{FailureCause, add_state, commit, new_state};
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
    let inputs = resolve_inputs(&store, &parameter_definitions(model.preset).create_state, request.params, "params")?;
    let mounted = mounted_models(&store, request.mount_models.unwrap_or_default())?;
    if model.expected_states() >= context.config.limits.states {
        return Err(CallError::QuotaExceeded);
    }
    let recipe = Recipe { preset: model.preset, inputs, seconds: model.durations.create_state };
    let mut state = new_state(request.name);
    state.mounted = mounted;
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
        let made = make_state(&own, &signal, recipe, startup).await;
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
    made: Result<NewState, StateFailure>,
) -> CreateStateResult {
    let result = made.and_then(|made| {
        let NewState { parts, create_launcher, create_state } = made;
        let state = StoredState { created_at: util::now(), ..state.clone() };
        let mut store = context.change();
        let added = add_state(&mut store, &context.config.limits, signal, model_id, state, Some(parts));
        match added.and_then(|()| commit(store)) {
            Ok(()) => Ok((create_launcher, create_state)),
            Err(cause) => {
                Err(StateFailure { cause, create_launcher: Some(create_launcher), create_state: Some(create_state) })
            }
        }
    });
    if let Ok(model) = context.store().model(model_id) {
        model.activity.creating().retain(|creating| creating.id != state.id);
    }
    let total = util::elapsed(started);
    match result {
        Ok((create_launcher, create_state)) => {
            let durations = CreateStateSucceededDurations::new(total, create_state).create_launcher(create_launcher);
            CreateStateSucceeded::new(durations, state.id).into()
        }
        Err(failed) => {
            let mut durations = CreateStateFailedDurations::new(total);
            durations.create_launcher = failed.create_launcher;
            durations.create_state = failed.create_state;
            CreateStateFailed::new(durations, failure(failed.cause)).into()
        }
    }
}

fn failure(cause: FailureCause) -> CreateStateFailure {
    let at = CreateStateStage::CreateState;
    match cause {
        FailureCause::Stopped(StopReason::Cancelled) => CreateStateFailure::Cancelled,
        FailureCause::Stopped(StopReason::ShuttingDown) => CreateStateFailure::LauncherTerminated,
        FailureCause::Stopped(StopReason::TimeLimit) => CreateStateFailureMaxDurationExceeded::new(at).into(),
        FailureCause::Exception(details) => CreateStateFailureException::new(at).exception_details(details).into(),
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
