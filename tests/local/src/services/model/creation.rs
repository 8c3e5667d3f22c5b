//! The first state of a model that is based on a snapshot, made in the background.

use std::sync::Arc;

use super::make_state::{Recipe, StateFailure, Steps, make_state};
use crate::context::Context;
use crate::error::CallError;
use crate::jobs::signal::StopReason;
use crate::runtimes::failure::Failure;
use crate::services::common::states::{add_state, commit, new_state};
use crate::store::models::Creation;
use crate::store::states::StoredState;
use crate::util;
use decthings::api::model::{
    CreateModelFailed, CreateModelFailure, CreateModelFailureCreateStateError, CreateModelSucceeded,
    InitialStateDurations, InitialStateFailedDurations, InitialStateFailure, InitialStateFailureException,
    InitialStateFailureMaxDurationExceeded, WaitForModelToBeCreatedRequest, WaitForModelToBeCreatedResult,
};

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
        let (steps, made) = match source {
            InitialStateSource::Copy(state) => (Steps::default(), Ok((state, None))),
            InitialStateSource::Create { name, recipe } => {
                let state = new_state(name);
                let (steps, made) = make_state(&own, &job.signal, &state.id, recipe, own.config.launcher_startup).await;
                (steps, made.map(|parts| (StoredState { created_at: util::now(), ..state }, Some(parts))))
            }
        };
        let stored = made.and_then(|(state, parts)| {
            let mut store = own.change();
            let added = add_state(&mut store, &own.config.limits, &job.signal, &model, state, parts);
            added.and_then(|()| commit(store)).map_err(StateFailure::of_function)
        });
        let milliseconds = |step: Option<u64>| step.unwrap_or(0);
        job.result.set(match stored {
            Ok(()) => CreateModelSucceeded::new(InitialStateDurations::new(
                milliseconds(steps.create_launcher),
                milliseconds(steps.code_startup),
                milliseconds(steps.create_state),
            ))
            .into(),
            Err(failed) => CreateModelFailed::new(failure(failed, &steps)).into(),
        });
    })
}

fn failure(failed: StateFailure, steps: &Steps) -> CreateModelFailure {
    let StateFailure { at, cause } = failed;
    let details: InitialStateFailure = match cause {
        Failure::Stopped(StopReason::Cancelled) => return CreateModelFailure::Cancelled,
        Failure::Stopped(StopReason::ShuttingDown) => InitialStateFailure::LauncherTerminated,
        Failure::Stopped(StopReason::TimeLimit) => InitialStateFailureMaxDurationExceeded::new(at).into(),
        Failure::Exception(details) | Failure::InvalidOutput(_, details) => {
            InitialStateFailureException::new(at).exception_details(details).into()
        }
        Failure::Terminated(terminated) => terminated.into(),
        Failure::InvalidExecutable => InitialStateFailure::InvalidExecutableFile,
        Failure::UnreadableExecutable => InitialStateFailure::ReadExecutableFileFailed,
    };
    let mut durations = InitialStateFailedDurations::new(steps.create_launcher.unwrap_or(0));
    durations.code_startup = steps.code_startup;
    durations.create_state = steps.create_state;
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
