//! Settings with little effect on presets: the filesystem, the image, persistent launchers.

use decthings::api::model::{
    GetFilesystemUsageRequest, GetFilesystemUsageResult, GetUsedPersistentLaunchersForEvaluateRequest,
    GetUsedPersistentLaunchersForEvaluateResult, SetFilesystemSizeRequest, SetFilesystemSizeResult, SetImageRequest,
    SetImageResult, SetUsedPersistentLaunchersForEvaluateRequest, SetUsedPersistentLaunchersForEvaluateResult,
};
use decthings::types::UsedPersistentLauncherLevel;

use crate::context::Context;
use crate::error::CallError;
use crate::filesystem::space::{BLOCK_SIZE, Space};
use crate::services::common::check;
use crate::store::models::StoredModel;

pub(super) fn set_filesystem_size(
    context: &Context,
    request: SetFilesystemSizeRequest,
) -> Result<SetFilesystemSizeResult, CallError> {
    let size = request.new_filesystem_size_mebibytes;
    let mut store = context.change();
    let model = store.model_mut(&request.model_id)?;
    if size == 0 {
        return Err(CallError::invalid("newFilesystemSizeMebibytes", "must be above 0"));
    }
    if !used(model).fits(Space::of_size(size)) {
        return Err(CallError::NotEnoughSpace);
    }
    model.filesystem_mebibytes = size;
    store.commit()?;
    Ok(SetFilesystemSizeResult::new())
}

/// Files count, and so do states, as if each key were a file.
pub(super) fn get_filesystem_usage(
    context: &Context,
    request: GetFilesystemUsageRequest,
) -> Result<GetFilesystemUsageResult, CallError> {
    let store = context.store();
    let model = store.model(&request.model_id)?;
    let all = Space::of_size(model.filesystem_mebibytes);
    let free = all.without(used(model));
    Ok(GetFilesystemUsageResult::new(BLOCK_SIZE, all.blocks, free.blocks, all.inodes, free.inodes))
}

fn used(model: &StoredModel) -> Space {
    model.space_of_states().with(model.files.used())
}

/// Images cannot be pushed, so none exists.
pub(super) fn set_image(context: &Context, request: SetImageRequest) -> Result<SetImageResult, CallError> {
    context.store().model(&request.model_id)?;
    check::name("domain", &request.domain)?;
    check::name("repository", &request.repository)?;
    check::name("reference", &request.reference)?;
    Err(CallError::ImageNotFound)
}

pub(super) fn set_used_persistent_launchers_for_evaluate(
    context: &Context,
    request: SetUsedPersistentLaunchersForEvaluateRequest,
) -> Result<SetUsedPersistentLaunchersForEvaluateResult, CallError> {
    let mut store = context.change();
    let model = store.model(&request.model_id)?;
    if !request.persistent_launchers.is_empty() {
        store.check_base(model)?;
    }
    for (index, used) in request.persistent_launchers.iter().enumerate() {
        store.launchers.find(&used.persistent_launcher_id)?;
        let path = format!("persistentLaunchers[{index}]");
        if let UsedPersistentLauncherLevel::Unrecognized(other) = &used.level {
            return Err(CallError::invalid(format!("{path}.level"), format!("unknown level {other:?}")));
        }
        let mut before = request.persistent_launchers.iter().take(index);
        if before.any(|other| other.persistent_launcher_id == used.persistent_launcher_id) {
            return Err(CallError::invalid(format!("{path}.persistentLauncherId"), "is repeated"));
        }
    }
    store.model_mut(&request.model_id)?.used_launchers = request.persistent_launchers.clone();
    store.commit()?;
    Ok(SetUsedPersistentLaunchersForEvaluateResult::new())
}

pub(super) fn get_used_persistent_launchers_for_evaluate(
    context: &Context,
    request: GetUsedPersistentLaunchersForEvaluateRequest,
) -> Result<GetUsedPersistentLaunchersForEvaluateResult, CallError> {
    let store = context.store();
    let used = store.model(&request.model_id)?.used_launchers.iter();
    let there = used.filter(|used| store.launchers.find(&used.persistent_launcher_id).is_ok());
    Ok(GetUsedPersistentLaunchersForEvaluateResult::new(there.cloned()))
}
