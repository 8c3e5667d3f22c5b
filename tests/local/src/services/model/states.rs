//! States that exist: uploaded, renamed, activated, deleted, downloaded. Also the models that they mount, which presets do
//! not read, but which must exist.

use std::collections::BTreeSet;

use decthings::api::model::{
    DeleteModelStateRequest, DeleteModelStateResult, GetModelStateRequest, ModelToMount, SetActiveModelStateRequest,
    SetActiveModelStateResult, UpdateModelStateRequest, UpdateModelStateResult, UploadStateRequest, UploadStateResult,
};
use decthings::types::{MountedModel, StateData};

use crate::context::Context;
use crate::error::CallError;
use crate::services::common::check;
use crate::services::common::states::{new_state, read_parts};
use crate::store::Store;
use crate::store::states::Parts;

/// How many models a state mounts at most.
const MAX_MOUNTS: usize = 100;

pub(super) fn upload_state(context: &Context, request: UploadStateRequest) -> Result<UploadStateResult, CallError> {
    check::name("name", &request.name)?;
    let parts = read_parts("data", &request.data)?;
    let mut state = new_state(request.name);
    state.mounted = request.mount_models.unwrap_or_default();
    let deleted: BTreeSet<String> = request.delete_states.unwrap_or_default().into_iter().collect();
    let mut store = context.change();
    state.store(&store.data.storage, &mut store.batch, parts);
    let model = store.model(&request.model_id)?;
    model.check_created("modelId")?;
    check_mounts(&store, &state.mounted)?;
    let mut freed = 0u64;
    for id in &deleted {
        freed = freed.saturating_add(model.state(id)?.bytes());
        if model.active.as_ref() == Some(id) {
            return Err(CallError::StateIsActive);
        }
    }
    if model.expected_states().saturating_sub(deleted.len()) >= context.config.limits.states {
        return Err(CallError::QuotaExceeded);
    }
    store.check_space(state.bytes().saturating_sub(freed), context.config.limits.stored_bytes)?;
    let model = store.model_mut(&request.model_id)?;
    model.states.retain(|state| !deleted.contains(&state.id));
    let result = UploadStateResult::new(&state.id);
    model.add_state(state);
    store.commit()?;
    Ok(result)
}

pub(super) fn update_model_state(
    context: &Context,
    request: UpdateModelStateRequest,
) -> Result<UpdateModelStateResult, CallError> {
    let mut store = context.change();
    let state = store.model_mut(&request.model_id)?.state_mut(&request.state_id)?;
    if let Some(name) = request.properties.name {
        check::name("properties.name", &name)?;
        state.name = name;
    }
    store.commit()?;
    Ok(UpdateModelStateResult::new())
}

pub(super) fn set_active_model_state(
    context: &Context,
    request: SetActiveModelStateRequest,
) -> Result<SetActiveModelStateResult, CallError> {
    let mut store = context.change();
    let model = store.model_mut(&request.model_id)?;
    model.state(&request.state_id)?;
    model.active = Some(request.state_id);
    store.commit()?;
    Ok(SetActiveModelStateResult::new())
}

pub(super) fn delete_model_state(
    context: &Context,
    request: DeleteModelStateRequest,
) -> Result<DeleteModelStateResult, CallError> {
    let mut store = context.change();
    let model = store.model_mut(&request.model_id)?;
    model.state(&request.state_id)?;
    if model.active.as_ref() == Some(&request.state_id) {
        return Err(CallError::StateIsActive);
    }
    model.states.retain(|state| state.id != request.state_id);
    store.commit()?;
    Ok(DeleteModelStateResult::new())
}

pub(super) fn get_model_state(context: &Context, request: GetModelStateRequest) -> Result<StateData, CallError> {
    let store = context.store();
    let model = store.model(&request.model_id)?;
    let id = request.state_id.as_ref().or(model.active.as_ref()).ok_or(CallError::StateNotFound)?;
    model.state(id)?.data(&store.storage, request.keys.as_deref())
}

/// The models that a new state mounts, each with its state.
pub(super) fn mounted_models(
    store: &Store,
    models: Vec<ModelToMount>,
) -> Result<Vec<(MountedModel, Parts)>, CallError> {
    check::at_most("mountModels", models.len(), MAX_MOUNTS)?;
    let mount = |(index, mount): (usize, ModelToMount)| {
        if mount.state_id.is_some() && mount.snapshot_id.is_some() {
            let path = format!("mountModels[{index}].snapshotId");
            return Err(CallError::invalid(path, "cannot be given together with `stateId`"));
        }
        let model = store.model(&mount.model_id).map_err(|_| CallError::ModelToMountNotFound)?;
        let state = mount.state_id.as_ref().or(model.active.as_ref());
        let state = match &mount.snapshot_id {
            Some(id) => &model.snapshot(id).map_err(|_| CallError::SnapshotForModelToMountNotFound)?.state,
            None => {
                let state = state.and_then(|id| model.state(id).ok());
                state.ok_or(CallError::StateForModelToMountNotFound)?
            }
        };
        let parts = state.load(&store.storage)?;
        let mut mounted = MountedModel::new(mount.model_id);
        mounted.snapshot_id = mount.snapshot_id;
        Ok((mounted, parts))
    };
    models.into_iter().enumerate().map(mount).collect()
}

/// Checks the models that an uploaded state mounts.
pub(super) fn check_mounts(store: &Store, models: &[MountedModel]) -> Result<(), CallError> {
    check::at_most("mountModels", models.len(), MAX_MOUNTS)?;
    for mounted in models {
        let model = store.model(&mounted.model_id).map_err(|_| CallError::ModelToMountNotFound)?;
        if let Some(id) = &mounted.snapshot_id {
            model.snapshot(id).map_err(|_| CallError::SnapshotForModelToMountNotFound)?;
        }
    }
    Ok(())
}
