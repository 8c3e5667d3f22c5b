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

use super::make_state::{Made, NO_SPACE, NotMade, Recipe, Why, make_state};
use super::{mounts, states};
use crate::fail::Fail;
use crate::jobs::{Once, Stop, StopSign};
use crate::local::Local;
use crate::services::launcher::{self, Location};
use crate::store::runs::CreatingState;
use crate::store::states::StoredState;
use crate::{check, presets, time};

/// The job goes on when the caller gives up waiting.
pub(super) async fn create_state(local: &Arc<Local>, request: CreateStateRequest) -> Result<CreateStateResult, Fail> {
    let result = start(local, request)?;
    Ok(result.wait().await)
}

fn start(local: &Arc<Local>, request: CreateStateRequest) -> Result<Once<CreateStateResult>, Fail> {
    check::name("name", &request.name)?;
    let mut store = local.store();
    let location = launcher::locate(local, &store, "executionLocation", request.execution_location)?;
    let model = store.model(&request.model_id)?;
    model.check_created()?;
    model.check_base(&store)?;
    let inputs = presets::resolve(&store, &presets::definitions(model.preset).create_state, request.params, "params")?;
    let mounted = mounts::to_mount(&store, request.mount_models.unwrap_or_default())?;
    if model.expected_states() >= local.config.limits.states {
        return Err(Fail::QuotaExceeded);
    }
    let recipe = Recipe { preset: model.preset, inputs, seconds: model.durations.create_state };
    let mut state = states::new_state(request.name, Vec::new());
    state.mounted = mounted;
    let creating = CreatingState {
        id: state.id.clone(),
        name: state.name.clone(),
        started_at: state.created_at,
        sign: StopSign::new(),
    };
    let outcome = Once::new();
    let (own, sign, told) = (local.clone(), creating.sign.clone(), outcome.clone());
    let model_id = request.model_id.clone();
    let Location { used, startup } = location;
    let (occupied, id) = (used.clone(), creating.id.clone());
    local.jobs.spawn(&creating.sign, async move {
        let started = Instant::now();
        let made = make_state(&own, &sign, recipe, startup).await;
        own.store().vacate(&used, &id);
        told.set(finish(&own, &model_id, state, &sign, started, made));
    })?;
    store.occupy(&occupied, &creating.id, RunningOperationType::CreateModelState);
    store.model_mut(&request.model_id)?.creating.push(creating);
    Ok(outcome)
}

/// Stores the new state, unless something came in between.
fn finish(
    local: &Local,
    model_id: &str,
    state: StoredState,
    sign: &StopSign,
    started: Instant,
    made: Result<Made, NotMade>,
) -> CreateStateResult {
    let mut store = local.store();
    let result = made.and_then(|made| {
        let Made { parts, create_launcher, create_state } = made;
        let state = StoredState { parts: Arc::new(parts), created_at: time::now(), ..state.clone() };
        let why = if let Some(stop) = sign.get() {
            Why::Stopped(stop)
        } else if store.check_space(state.bytes(), local.config.limits.stored_bytes).is_err() {
            Why::Exception(NO_SPACE.to_owned())
        } else if let Ok(model) = store.model_mut(model_id) {
            model.add_state(state);
            return Ok((create_launcher, create_state));
        } else {
            Why::Stopped(Stop::Cancelled)
        };
        Err(NotMade { why, create_launcher: Some(create_launcher), create_state: Some(create_state) })
    });
    if let Ok(model) = store.model_mut(model_id) {
        model.creating.retain(|creating| creating.id != state.id);
    }
    let total = time::elapsed(started);
    match result {
        Ok((create_launcher, create_state)) => {
            let durations = CreateStateSucceededDurations::new(total, create_state).create_launcher(create_launcher);
            CreateStateSucceeded::new(durations, state.id).into()
        }
        Err(not_made) => {
            let mut durations = CreateStateFailedDurations::new(total);
            durations.create_launcher = not_made.create_launcher;
            durations.create_state = not_made.create_state;
            CreateStateFailed::new(durations, failure(not_made.why)).into()
        }
    }
}

fn failure(why: Why) -> CreateStateFailure {
    let at = CreateStateStage::CreateState;
    match why {
        Why::Stopped(Stop::Cancelled) => CreateStateFailure::Cancelled,
        Why::Stopped(Stop::ShuttingDown) => CreateStateFailure::LauncherTerminated,
        Why::Stopped(Stop::TimeLimit) => CreateStateFailureMaxDurationExceeded::new(at).into(),
        Why::Exception(details) => CreateStateFailureException::new(at).exception_details(details).into(),
    }
}

pub(super) fn cancel_create_state(
    local: &Local,
    request: &CancelCreateStateRequest,
) -> Result<CancelCreateStateResult, Fail> {
    let store = local.store();
    let model = store.model(&request.model_id)?;
    if model.state(&request.state_id).is_ok() {
        return Err(Fail::StateAlreadyCreated);
    }
    let creating = model.creating.iter().find(|creating| creating.id == request.state_id && !stopped(creating));
    creating.ok_or(Fail::StateNotFound)?.sign.set(Stop::Cancelled);
    Ok(CancelCreateStateResult::new())
}

pub(super) fn get_creating_states(
    local: &Local,
    request: &GetCreatingStatesRequest,
) -> Result<GetCreatingStatesResult, Fail> {
    let store = local.store();
    let creating = store.model(&request.model_id)?.creating.iter().filter(|creating| !stopped(creating));
    let view = |creating: &CreatingState| CreatingStateView::new(&creating.id, &creating.name, creating.started_at);
    Ok(GetCreatingStatesResult::new(creating.map(view)))
}

/// A job that has been told to stop needs a moment, but its state will not come any more.
fn stopped(creating: &CreatingState) -> bool {
    creating.sign.get().is_some()
}
