//! Methods that move, copy and remove files and folders.

use decthings::api::fs::{
    CopyRequest, CopyResult, RenameRequest, RenameResult, RmdirAllRequest, RmdirAllResult, RmdirRequest, RmdirResult,
    UnlinkRequest, UnlinkResult,
};

use super::arguments::{dir_entry, with_files};
use crate::context::Context;
use crate::error::CallError;
use crate::filesystem::files::Files;
use crate::filesystem::rename::Existing;

pub(super) fn unlink(context: &Context, request: UnlinkRequest) -> Result<UnlinkResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    with_files(context, &request.model_id, |files, _, _| Ok(files.unlink(&at)?))?;
    Ok(UnlinkResult::new())
}

pub(super) fn rmdir(context: &Context, request: RmdirRequest) -> Result<RmdirResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    with_files(context, &request.model_id, |files, _, _| Ok(files.remove_folder(&at)?))?;
    Ok(RmdirResult::new())
}

pub(super) fn rmdir_all(context: &Context, request: RmdirAllRequest) -> Result<RmdirAllResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    with_files(context, &request.model_id, |files, _, _| Ok(files.remove_tree(&at)?))?;
    Ok(RmdirAllResult::new())
}

pub(super) fn copy(context: &Context, request: CopyRequest) -> Result<CopyResult, CallError> {
    let to = dir_entry("newname", request.newparent, request.newname)?;
    with_files(context, &request.model_id, |files, _, space| Ok(files.copy(request.inode, to, space)?))?;
    Ok(CopyResult::new())
}

/// The flags are those of the call `renameat2` of Linux.
pub(super) fn rename(context: &Context, request: RenameRequest) -> Result<RenameResult, CallError> {
    let from = dir_entry("name", request.parent, request.name)?;
    let to = dir_entry("newname", request.newparent, request.newname)?;
    let existing = match request.flags.unwrap_or(0) {
        0 => Existing::Replace,
        1 => Existing::Keep,
        2 => Existing::Exchange,
        other => {
            let reason = format!("may be 0, 1 to replace nothing, or 2 to exchange, got {other}");
            return Err(CallError::invalid("flags", reason));
        }
    };
    with_files(context, &request.model_id, |files, _, space| {
        let number = files.lookup(from.parent, &from.name)?;
        check_not_within(files, "newparent", to.parent, number)?;
        if existing == Existing::Exchange {
            check_not_within(files, "parent", from.parent, files.lookup(to.parent, &to.name)?)?;
        }
        Ok(files.rename(from, to, existing, space)?)
    })?;
    Ok(RenameResult::new())
}

/// A folder that is moved into itself would be lost.
fn check_not_within(files: &Files, path: &str, folder: u64, moved: u64) -> Result<(), CallError> {
    if files.is_within(folder, moved) {
        return Err(CallError::invalid(path, "is the folder to move, or is in it"));
    }
    Ok(())
}
