//! Snapshots.

use decthings::api::model::{
    DeleteSnapshotRequest, DeleteSnapshotResult, GetSnapshotStateRequest, SnapshotModelRequest, SnapshotModelResult,
    UpdateSnapshotRequest, UpdateSnapshotResult,
};
use decthings::types::StateData;

use crate::fail::Fail;
use crate::local::Local;
use crate::store::ids;
use crate::store::models::StoredSnapshot;
use crate::{check, time};

pub(super) fn snapshot_model(local: &Local, request: SnapshotModelRequest) -> Result<SnapshotModelResult, Fail> {
    check::name("snapshotName", &request.snapshot_name)?;
    let mut store = local.store();
    let model = store.model(&request.model_id)?;
    model.check_created()?;
    let state = model.active_state()?.clone();
    if model.snapshots.len() >= local.config.limits.snapshots {
        return Err(Fail::QuotaExceeded);
    }
    let bytes = state.bytes().saturating_add(model.files.bytes());
    store.check_space(bytes, local.config.limits.stored_bytes)?;
    let model = store.model_mut(&request.model_id)?;
    let id = ids::id();
    model.snapshots.push(StoredSnapshot {
        id: id.clone(),
        name: request.snapshot_name,
        created_at: time::now(),
        filesystem_mebibytes: model.filesystem_mebibytes,
        files: model.files.clone(),
        launchers: model.launchers.clone(),
        durations: model.durations.clone(),
        state,
    });
    Ok(SnapshotModelResult::new(id))
}

pub(super) fn update_snapshot(local: &Local, request: UpdateSnapshotRequest) -> Result<UpdateSnapshotResult, Fail> {
    let mut store = local.store();
    let model = store.model_mut(&request.model_id)?;
    let snapshot = model.snapshots.iter_mut().find(|snapshot| snapshot.id == request.snapshot_id);
    let snapshot = snapshot.ok_or(Fail::SnapshotNotFound)?;
    if let Some(name) = request.properties.name {
        check::name("properties.name", &name)?;
        snapshot.name = name;
    }
    Ok(UpdateSnapshotResult::new())
}

pub(super) fn delete_snapshot(local: &Local, request: &DeleteSnapshotRequest) -> Result<DeleteSnapshotResult, Fail> {
    let mut store = local.store();
    let model = store.model_mut(&request.model_id)?;
    model.snapshot(&request.snapshot_id)?;
    model.snapshots.retain(|snapshot| snapshot.id != request.snapshot_id);
    Ok(DeleteSnapshotResult::new())
}

pub(super) fn get_snapshot_state(local: &Local, request: &GetSnapshotStateRequest) -> Result<StateData, Fail> {
    let store = local.store();
    let snapshot = store.model(&request.model_id)?.snapshot(&request.snapshot_id)?;
    snapshot.state.data(request.keys.as_deref())
}
