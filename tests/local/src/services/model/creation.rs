//! The first state of a model that is based on a snapshot, made in the background.

use std::sync::Arc;

use decthings::api::model::{
    CreateModelFailed, CreateModelFailure, CreateModelFailureCreateStateError, CreateModelSucceeded,
    InitialStateDurations, InitialStateFailedDurations, InitialStateFailure, InitialStateFailureException,
    InitialStateFailureMaxDurationExceeded, WaitForModelToBeCreatedRequest, WaitForModelToBeCreatedResult,
};
use decthings::types::CreateStateStage;

use super::make_state::{Recipe, StateFailure, make_state};
use crate::compute::state::StatePart;
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::StopReason;
use crate::services::common::states::{FailureCause, add_state, commit, new_state};
use crate::store::models::Creation;
use crate::store::states::StoredState;

/// Where the first state of a model comes from.
pub(super) enum InitialStateSource {
    Copy(StoredState),
    Create { name: String, recipe: Recipe },
}

/// Starts to make the first state of a model. The model is stored before this job looks for it, since its caller holds
/// the lock.
pub(super) fn start(
    context: &Arc<Context>,
    model: &str,
    creation: &Creation,
    source: InitialStateSource,
) -> Result<(), CallError> {
    let (own, model, job) = (context.clone(), model.to_owned(), creation.clone());
    context.jobs.spawn(&creation.signal, async move {
        let made = match source {
            InitialStateSource::Copy(state) => Ok((state, None, InitialStateDurations::new(0, 0, 0))),
            InitialStateSource::Create { name, recipe } => {
                make_state(&own, &job.signal, recipe, own.config.launcher_startup).await.map(|made| {
                    let durations = InitialStateDurations::new(made.create_launcher, 0, made.create_state);
                    (new_state(name), Some(made.parts), durations)
                })
            }
        };
        let stored =
            made.and_then(|(state, parts, durations)| store_first(&own, &model, &job, state, parts, durations));
        job.result.set(match stored {
            Ok(durations) => CreateModelSucceeded::new(durations).into(),
            Err(failed) => CreateModelFailed::new(failure(failed)).into(),
        });
    })
}

fn store_first(
    context: &Context,
    model: &str,
    creation: &Creation,
    state: StoredState,
    parts: Option<Vec<StatePart>>,
    durations: InitialStateDurations,
) -> Result<InitialStateDurations, StateFailure> {
    let fail = |cause| StateFailure {
        cause,
        create_launcher: Some(durations.create_launcher),
        create_state: Some(durations.create_state),
    };
    let mut store = context.change();
    let added = add_state(&mut store, &context.config.limits, &creation.signal, model, state, parts);
    added.and_then(|()| commit(store)).map_err(fail)?;
    Ok(durations)
}

fn failure(failed: StateFailure) -> CreateModelFailure {
    let at = CreateStateStage::CreateState;
    let details: InitialStateFailure = match failed.cause {
        FailureCause::Stopped(StopReason::Cancelled) => return CreateModelFailure::Cancelled,
        FailureCause::Stopped(StopReason::ShuttingDown) => InitialStateFailure::LauncherTerminated,
        FailureCause::Stopped(StopReason::TimeLimit) => InitialStateFailureMaxDurationExceeded::new(at).into(),
        FailureCause::Exception(details) => InitialStateFailureException::new(at).exception_details(details).into(),
    };
    let mut durations = InitialStateFailedDurations::new(failed.create_launcher.unwrap_or(0));
    durations.create_state = failed.create_state;
    CreateModelFailureCreateStateError::new(details, durations).into()
}

/// Returns how the creation ended to all calls that wait for it, or else to the next call. Later calls fail.
pub(super) async fn wait_for_model_to_be_created(
    context: &Context,
    request: WaitForModelToBeCreatedRequest,
) -> Result<WaitForModelToBeCreatedResult, CallError> {
    let creation = context.store().model(&request.model_id)?.creation.clone().ok_or(CallError::ModelAlreadyCreated)?;
    let result = creation.result.wait().await;
    let mut store = context.change();
    if let Ok(model) = store.model_mut(&request.model_id) {
        model.creation = None;
        model.is_incomplete = false;
    }
    store.commit()?;
    Ok(result)
}
