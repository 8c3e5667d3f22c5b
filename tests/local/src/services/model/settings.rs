//! Settings that have little meaning for presets: the filesystem, the image, persistent launchers.

use decthings::api::model::{
    GetFilesystemUsageRequest, GetFilesystemUsageResult, GetUsedPersistentLaunchersForEvaluateRequest,
    GetUsedPersistentLaunchersForEvaluateResult, SetFilesystemSizeRequest, SetFilesystemSizeResult, SetImageRequest,
    SetImageResult, SetUsedPersistentLaunchersForEvaluateRequest, SetUsedPersistentLaunchersForEvaluateResult,
};

use decthings::types::UsedPersistentLauncherLevel;

use crate::check;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::files::Room;
use crate::store::models::StoredModel;

pub(super) fn set_filesystem_size(
    local: &Local,
    request: &SetFilesystemSizeRequest,
) -> Result<SetFilesystemSizeResult, Fail> {
    let size = request.new_filesystem_size_mebibytes;
    let mut store = local.store();
    let model = store.model_mut(&request.model_id)?;
    if size == 0 {
        return Err(Fail::invalid("newFilesystemSizeMebibytes", "must be above 0"));
    }
    if !used(model).fits(Room::of_size(size)) {
        return Err(Fail::NotEnoughSpace);
    }
    model.filesystem_mebibytes = size;
    Ok(SetFilesystemSizeResult::new())
}

/// The usage is that of the files, and of the states as if each key was a file.
pub(super) fn get_filesystem_usage(
    local: &Local,
    request: &GetFilesystemUsageRequest,
) -> Result<GetFilesystemUsageResult, Fail> {
    let store = local.store();
    let model = store.model(&request.model_id)?;
    let all = Room::of_size(model.filesystem_mebibytes);
    let free = all.without(used(model));
    Ok(GetFilesystemUsageResult::new(Room::BLOCK_SIZE, all.blocks, free.blocks, all.inodes, free.inodes))
}

fn used(model: &StoredModel) -> Room {
    model.room_of_states().with(model.files.used())
}

/// There is no registry, so there is no image in it.
pub(super) fn set_image(local: &Local, request: &SetImageRequest) -> Result<SetImageResult, Fail> {
    local.store().model(&request.model_id)?;
    check::name("domain", &request.domain)?;
    check::name("repository", &request.repository)?;
    check::name("reference", &request.reference)?;
    Err(Fail::ImageNotFound)
}

pub(super) fn set_used_persistent_launchers_for_evaluate(
    local: &Local,
    request: &SetUsedPersistentLaunchersForEvaluateRequest,
) -> Result<SetUsedPersistentLaunchersForEvaluateResult, Fail> {
    let mut store = local.store();
    let model = store.model(&request.model_id)?;
    if !request.persistent_launchers.is_empty() {
        model.check_base(&store)?;
    }
    for (index, used) in request.persistent_launchers.iter().enumerate() {
        store.launcher(&used.persistent_launcher_id)?;
        let path = format!("persistentLaunchers[{index}]");
        if let UsedPersistentLauncherLevel::Unrecognized(other) = &used.level {
            return Err(Fail::invalid(format!("{path}.level"), format!("there is no level {other:?}")));
        }
        let mut before = request.persistent_launchers.iter().take(index);
        if before.any(|other| other.persistent_launcher_id == used.persistent_launcher_id) {
            return Err(Fail::invalid(format!("{path}.persistentLauncherId"), "is repeated"));
        }
    }
    store.model_mut(&request.model_id)?.used_launchers = request.persistent_launchers.clone();
    Ok(SetUsedPersistentLaunchersForEvaluateResult::new())
}

pub(super) fn get_used_persistent_launchers_for_evaluate(
    local: &Local,
    request: &GetUsedPersistentLaunchersForEvaluateRequest,
) -> Result<GetUsedPersistentLaunchersForEvaluateResult, Fail> {
    let store = local.store();
    let used = store.model(&request.model_id)?.used_launchers.iter();
    let there = used.filter(|used| store.launcher(&used.persistent_launcher_id).is_ok());
    Ok(GetUsedPersistentLaunchersForEvaluateResult::new(there.cloned()))
}
