//! The models that a state mounts. Presets do not read them, but they must exist.

use decthings::api::model::ModelToMount;
use decthings::types::MountedModel;

use crate::error::CallError;
use crate::store::Store;

/// How many models a state mounts at most.
const MAX_MOUNTS: usize = 100;

/// Checks the models that a new state mounts.
pub(super) fn to_mount(store: &Store, models: Vec<ModelToMount>) -> Result<Vec<MountedModel>, CallError> {
    check_count(models.len())?;
    let mount = |(index, mount): (usize, ModelToMount)| {
        if mount.state_id.is_some() && mount.snapshot_id.is_some() {
            let path = format!("mountModels[{index}].snapshotId");
            return Err(CallError::invalid(path, "cannot be given together with `stateId`"));
        }
        let model = store.model(&mount.model_id).map_err(|_| CallError::ModelToMountNotFound)?;
        let state = mount.state_id.as_ref().or(model.active.as_ref());
        if let Some(id) = &mount.snapshot_id {
            model.snapshot(id).map_err(|_| CallError::SnapshotForModelToMountNotFound)?;
        } else if state.is_none_or(|id| model.state(id).is_err()) {
            return Err(CallError::StateForModelToMountNotFound);
        }
        let mut mounted = MountedModel::new(mount.model_id);
        mounted.snapshot_id = mount.snapshot_id;
        Ok(mounted)
    };
    models.into_iter().enumerate().map(mount).collect()
}

/// Checks the models that an uploaded state mounts.
pub(super) fn check_mounted(store: &Store, models: &[MountedModel]) -> Result<(), CallError> {
    check_count(models.len())?;
    for mounted in models {
        let model = store.model(&mounted.model_id).map_err(|_| CallError::ModelToMountNotFound)?;
        if let Some(id) = &mounted.snapshot_id {
            model.snapshot(id).map_err(|_| CallError::SnapshotForModelToMountNotFound)?;
        }
    }
    Ok(())
}

fn check_count(count: usize) -> Result<(), CallError> {
    if count > MAX_MOUNTS {
        return Err(CallError::invalid("mountModels", format!("at most {MAX_MOUNTS} are possible, got {count}")));
    }
    Ok(())
}
