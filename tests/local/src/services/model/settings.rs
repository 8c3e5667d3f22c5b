//! Settings that have little meaning for presets: the filesystem, the image, persistent launchers.

use decthings::api::model::{
    GetFilesystemUsageRequest, GetFilesystemUsageResult, GetUsedPersistentLaunchersForEvaluateRequest,
    GetUsedPersistentLaunchersForEvaluateResult, SetFilesystemSizeRequest, SetFilesystemSizeResult, SetImageRequest,
    SetImageResult, SetUsedPersistentLaunchersForEvaluateRequest, SetUsedPersistentLaunchersForEvaluateResult,
};

use crate::check;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::models::StoredModel;
use crate::store::states::part_size;

const BLOCK: u64 = 4096;
const BLOCKS_PER_MEBIBYTE: u64 = 256;
const BLOCKS_PER_INODE: u64 = 4;

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
    if used(model).0 > blocks(size) {
        return Err(Fail::NotEnoughSpace);
    }
    model.filesystem_mebibytes = size;
    Ok(SetFilesystemSizeResult::new())
}

/// The usage is that of the states, as if each key was a file.
pub(super) fn get_filesystem_usage(
    local: &Local,
    request: &GetFilesystemUsageRequest,
) -> Result<GetFilesystemUsageResult, Fail> {
    let store = local.store();
    let model = store.model(&request.model_id)?;
    let total = blocks(model.filesystem_mebibytes);
    let inodes = total.checked_div(BLOCKS_PER_INODE).unwrap_or(0);
    let (used_blocks, used_inodes) = used(model);
    Ok(GetFilesystemUsageResult::new(
        BLOCK,
        total,
        total.saturating_sub(used_blocks),
        inodes,
        inodes.saturating_sub(used_inodes),
    ))
}

fn blocks(mebibytes: u32) -> u64 {
    u64::from(mebibytes).saturating_mul(BLOCKS_PER_MEBIBYTE)
}

fn used(model: &StoredModel) -> (u64, u64) {
    let parts = model.states.iter().flat_map(|state| state.parts.iter());
    parts.fold((0u64, 0u64), |(blocks, inodes), part| {
        (blocks.saturating_add(part_size(part).div_ceil(BLOCK)), inodes.saturating_add(1))
    })
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
    let store = local.store();
    let model = store.model(&request.model_id)?;
    if request.persistent_launchers.is_empty() {
        return Ok(SetUsedPersistentLaunchersForEvaluateResult::new());
    }
    model.check_base(&store)?;
    Err(Fail::PersistentLauncherNotFound)
}

pub(super) fn get_used_persistent_launchers_for_evaluate(
    local: &Local,
    request: &GetUsedPersistentLaunchersForEvaluateRequest,
) -> Result<GetUsedPersistentLaunchersForEvaluateResult, Fail> {
    local.store().model(&request.model_id)?;
    Ok(GetUsedPersistentLaunchersForEvaluateResult::new([]))
}
