//! States that are there: uploaded, renamed, activated, deleted, downloaded.

use std::collections::BTreeSet;
use std::sync::Arc;

use decthings::api::model::{
    DeleteModelStateRequest, DeleteModelStateResult, GetModelStateRequest, SetActiveModelStateRequest,
    SetActiveModelStateResult, UpdateModelStateRequest, UpdateModelStateResult, UploadStateRequest, UploadStateResult,
};
use decthings::types::{StateData, StateEntry};

use super::mounts;
use crate::compute::StatePart;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::ids;
use crate::store::states::StoredState;
use crate::{check, time};

const MAX_KEYS: usize = 255;

/// A state that nothing was trained for and that mounts nothing.
pub(super) fn new_state(name: String, parts: Vec<StatePart>) -> StoredState {
    StoredState {
        id: ids::id(),
        name,
        training_operations: Vec::new(),
        created_at: time::now(),
        parts: Arc::new(parts),
        mounted: Vec::new(),
    }
}

/// Copies uploaded data out of its request. What it holds is looked at when it is used.
pub(in crate::services) fn read_parts(path: &str, data: &[StateEntry]) -> Result<Vec<StatePart>, Fail> {
    if data.len() > MAX_KEYS {
        return Err(Fail::invalid(path, format!("at most {MAX_KEYS} keys are possible, got {}", data.len())));
    }
    let mut seen = BTreeSet::new();
    let part = |(index, entry): (usize, &StateEntry)| {
        let path = format!("{path}[{index}].key");
        check::name(&path, &entry.key)?;
        if !seen.insert(entry.key.clone()) {
            return Err(Fail::invalid(path, format!("the key {:?} is repeated", entry.key)));
        }
        Ok(StatePart { key: entry.key.clone(), bytes: entry.data.to_vec() })
    };
    data.iter().enumerate().map(part).collect()
}

pub(super) fn upload_state(local: &Local, request: UploadStateRequest) -> Result<UploadStateResult, Fail> {
    check::name("name", &request.name)?;
    let mut state = new_state(request.name, read_parts("data", &request.data)?);
    state.mounted = request.mount_models.unwrap_or_default();
    let deleted: BTreeSet<String> = request.delete_states.unwrap_or_default().into_iter().collect();
    let mut store = local.store();
    let model = store.model(&request.model_id)?;
    model.check_created()?;
    mounts::check_mounted(&store, &state.mounted)?;
    let mut freed = 0u64;
    for id in &deleted {
        freed = freed.saturating_add(model.state(id)?.bytes());
        if model.active.as_ref() == Some(id) {
            return Err(Fail::StateIsActive);
        }
    }
    if model.expected_states().saturating_sub(deleted.len()) >= local.config.limits.states {
        return Err(Fail::QuotaExceeded);
    }
    store.check_space(state.bytes().saturating_sub(freed), local.config.limits.stored_bytes)?;
    let model = store.model_mut(&request.model_id)?;
    model.states.retain(|state| !deleted.contains(&state.id));
    let result = UploadStateResult::new(&state.id);
    model.add_state(state);
    Ok(result)
}

pub(super) fn update_model_state(
    local: &Local,
    request: UpdateModelStateRequest,
) -> Result<UpdateModelStateResult, Fail> {
    let mut store = local.store();
    let state = store.model_mut(&request.model_id)?.state_mut(&request.state_id)?;
    if let Some(name) = request.properties.name {
        check::name("properties.name", &name)?;
        state.name = name;
    }
    Ok(UpdateModelStateResult::new())
}

pub(super) fn set_active_model_state(
    local: &Local,
    request: SetActiveModelStateRequest,
) -> Result<SetActiveModelStateResult, Fail> {
    let mut store = local.store();
    let model = store.model_mut(&request.model_id)?;
    model.state(&request.state_id)?;
    model.active = Some(request.state_id);
    Ok(SetActiveModelStateResult::new())
}

pub(super) fn delete_model_state(
    local: &Local,
    request: &DeleteModelStateRequest,
) -> Result<DeleteModelStateResult, Fail> {
    let mut store = local.store();
    let model = store.model_mut(&request.model_id)?;
    model.state(&request.state_id)?;
    if model.active.as_ref() == Some(&request.state_id) {
        return Err(Fail::StateIsActive);
    }
    model.states.retain(|state| state.id != request.state_id);
    Ok(DeleteModelStateResult::new())
}

pub(super) fn get_model_state(local: &Local, request: &GetModelStateRequest) -> Result<StateData, Fail> {
    let store = local.store();
    let model = store.model(&request.model_id)?;
    let id = request.state_id.as_ref().or(model.active.as_ref()).ok_or(Fail::StateNotFound)?;
    model.state(id)?.data(request.keys.as_deref())
}
