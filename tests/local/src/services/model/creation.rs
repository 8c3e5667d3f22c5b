//! The first state of a model that is based on a snapshot, made in the background.

use std::sync::Arc;

use decthings::api::model::{
    CreateModelFailed, CreateModelFailure, CreateModelFailureCreateStateError, CreateModelSucceeded,
    InitialStateDurations, InitialStateFailedDurations, InitialStateFailure, InitialStateFailureException,
    InitialStateFailureMaxDurationExceeded, WaitForModelToBeCreatedRequest, WaitForModelToBeCreatedResult,
};
use decthings::types::CreateStateStage;

use super::make_state::{NO_SPACE, NotMade, Recipe, Why, make_state};
use super::states;
use crate::fail::Fail;
use crate::jobs::Stop;
use crate::local::Local;
use crate::store::models::Creation;
use crate::store::states::StoredState;

/// Where the first state comes from.
pub(super) enum First {
    Copy(StoredState),
    Create { name: String, recipe: Recipe },
}

/// Starts to make the first state of a model, which is stored before this job can look for it.
pub(super) fn start(local: &Arc<Local>, model: &str, creation: &Creation, first: First) -> Result<(), Fail> {
    let (own, model, job) = (local.clone(), model.to_owned(), creation.clone());
    local.jobs.spawn(&creation.sign, async move {
        let made = match first {
            First::Copy(state) => Ok((state, InitialStateDurations::new(0, 0, 0))),
            First::Create { name, recipe } => {
                make_state(&own, &job.sign, recipe, own.config.launcher_startup).await.map(|made| {
                    let durations = InitialStateDurations::new(made.create_launcher, 0, made.create_state);
                    (states::new_state(name, made.parts), durations)
                })
            }
        };
        let result = made.and_then(|(state, durations)| store_first(&own, &model, &job, state, durations));
        job.outcome.set(match result {
            Ok(durations) => CreateModelSucceeded::new(durations).into(),
            Err(not_made) => CreateModelFailed::new(failure(not_made)).into(),
        });
    })
}

fn store_first(
    local: &Local,
    model: &str,
    creation: &Creation,
    state: StoredState,
    durations: InitialStateDurations,
) -> Result<InitialStateDurations, NotMade> {
    let fail = |why| NotMade {
        why,
        create_launcher: Some(durations.create_launcher),
        create_state: Some(durations.create_state),
    };
    let mut store = local.store();
    if let Some(stop) = creation.sign.get() {
        return Err(fail(Why::Stopped(stop)));
    }
    if store.check_space(state.bytes(), local.config.limits.stored_bytes).is_err() {
        return Err(fail(Why::Exception(NO_SPACE.to_owned())));
    }
    match store.model_mut(model) {
        Ok(model) => model.add_state(state),
        Err(_) => return Err(fail(Why::Stopped(Stop::Cancelled))),
    }
    Ok(durations)
}

fn failure(not_made: NotMade) -> CreateModelFailure {
    let at = CreateStateStage::CreateState;
    let details: InitialStateFailure = match not_made.why {
        Why::Stopped(Stop::Cancelled) => return CreateModelFailure::Cancelled,
        Why::Stopped(Stop::ShuttingDown) => InitialStateFailure::LauncherTerminated,
        Why::Stopped(Stop::TimeLimit) => InitialStateFailureMaxDurationExceeded::new(at).into(),
        Why::Exception(details) => InitialStateFailureException::new(at).exception_details(details).into(),
    };
    let mut durations = InitialStateFailedDurations::new(not_made.create_launcher.unwrap_or(0));
    durations.create_state = not_made.create_state;
    CreateModelFailureCreateStateError::new(details, durations).into()
}

/// Tells how a creation ended to all who wait for it, or else to the first who asks after it; then it is over.
pub(super) async fn wait_for_model_to_be_created(
    local: &Local,
    request: WaitForModelToBeCreatedRequest,
) -> Result<WaitForModelToBeCreatedResult, Fail> {
    let creation = local.store().model(&request.model_id)?.creation.clone().ok_or(Fail::ModelAlreadyCreated)?;
    let result = creation.outcome.wait().await;
    if let Ok(model) = local.store().model_mut(&request.model_id) {
        model.creation = None;
    }
    Ok(result)
}
