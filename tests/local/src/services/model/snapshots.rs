//! Snapshots: taken, renamed, deleted, downloaded.

use decthings::api::model::{
    DeleteSnapshotRequest, DeleteSnapshotResult, GetSnapshotStateRequest, SnapshotModelRequest, SnapshotModelResult,
    UpdateSnapshotRequest, UpdateSnapshotResult,
};
use decthings::types::StateData;

use super::create::fork_files;
use crate::context::Context;
use crate::error::CallError;
use crate::processes::live;
use crate::services::common::check;
use crate::store::models::StoredSnapshot;
use crate::util;

pub(super) fn snapshot_model(
    context: &Context,
    request: SnapshotModelRequest,
) -> Result<SnapshotModelResult, CallError> {
    check::name("snapshotName", &request.snapshot_name)?;
    live::refresh(context, &request.model_id)?;
    let mut store = context.change();
    let model = store.model(&request.model_id)?;
    model.check_created("modelId")?;
    let state = model.active_state()?.clone();
    if model.snapshots.len() >= context.config.limits.snapshots {
        return Err(CallError::QuotaExceeded);
    }
    let bytes = state.bytes().saturating_add(model.files.bytes());
    store.check_space(bytes, context.config.limits.stored_bytes)?;
    let model = store.model_mut(&request.model_id)?;
    let id = util::new_id();
    // These do not change any more; later changes are made to a fork.
    model.snapshots.push(StoredSnapshot {
        id: id.clone(),
        name: request.snapshot_name,
        created_at: util::now(),
        filesystem_mebibytes: model.filesystem_mebibytes,
        files: model.files.clone(),
        launchers: model.launchers.clone(),
        durations: model.durations.clone(),
        code: model.code.clone(),
        state,
    });
    fork_files(&mut store, &request.model_id)?;
    store.commit()?;
    Ok(SnapshotModelResult::new(id))
}

pub(super) fn update_snapshot(
    context: &Context,
    request: UpdateSnapshotRequest,
) -> Result<UpdateSnapshotResult, CallError> {
    let mut store = context.change();
    let model = store.model_mut(&request.model_id)?;
    let snapshot = model.snapshots.iter_mut().find(|snapshot| snapshot.id == request.snapshot_id);
    let snapshot = snapshot.ok_or(CallError::SnapshotNotFound)?;
    if let Some(name) = request.properties.name {
        check::name("properties.name", &name)?;
        snapshot.name = name;
    }
    store.commit()?;
    Ok(UpdateSnapshotResult::new())
}

pub(super) fn delete_snapshot(
    context: &Context,
    request: DeleteSnapshotRequest,
) -> Result<DeleteSnapshotResult, CallError> {
    let mut store = context.change();
    let model = store.model_mut(&request.model_id)?;
    model.snapshot(&request.snapshot_id)?;
    model.snapshots.retain(|snapshot| snapshot.id != request.snapshot_id);
    store.commit()?;
    Ok(DeleteSnapshotResult::new())
}

pub(super) fn get_snapshot_state(context: &Context, request: GetSnapshotStateRequest) -> Result<StateData, CallError> {
    let store = context.store();
    let snapshot = store.model(&request.model_id)?.snapshot(&request.snapshot_id)?;
    snapshot.state.data(&store.storage, request.keys.as_deref())
}
