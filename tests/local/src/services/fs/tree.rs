//! Methods that move, copy and remove files and folders.

use decthings::api::fs::{
    CopyRequest, CopyResult, RenameRequest, RenameResult, RmdirAllRequest, RmdirAllResult, RmdirRequest, RmdirResult,
    UnlinkRequest, UnlinkResult,
};

use super::{place, with_files};
use crate::fail::Fail;
use crate::local::Local;
use crate::store::files::{Existing, Files};

pub(super) fn unlink(local: &Local, request: UnlinkRequest) -> Result<UnlinkResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    with_files(local, &request.model_id, |files, _| Ok(files.unlink(&at)?))?;
    Ok(UnlinkResult::new())
}

pub(super) fn rmdir(local: &Local, request: RmdirRequest) -> Result<RmdirResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    with_files(local, &request.model_id, |files, _| Ok(files.remove_folder(&at)?))?;
    Ok(RmdirResult::new())
}

pub(super) fn rmdir_all(local: &Local, request: RmdirAllRequest) -> Result<RmdirAllResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    with_files(local, &request.model_id, |files, _| Ok(files.remove_tree(&at)?))?;
    Ok(RmdirAllResult::new())
}

pub(super) fn copy(local: &Local, request: CopyRequest) -> Result<CopyResult, Fail> {
    let to = place("newname", request.newparent, request.newname)?;
    with_files(local, &request.model_id, |files, room| Ok(files.copy(request.inode, to, room)?))?;
    Ok(CopyResult::new())
}

/// The flags are those of the call `renameat2` of Linux.
pub(super) fn rename(local: &Local, request: RenameRequest) -> Result<RenameResult, Fail> {
    let from = place("name", request.parent, request.name)?;
    let to = place("newname", request.newparent, request.newname)?;
    let existing = match request.flags.unwrap_or(0) {
        0 => Existing::Replace,
        1 => Existing::Keep,
        2 => Existing::Exchange,
        other => {
            let reason = format!("may be 0, 1 to replace nothing, or 2 to exchange, got {other}");
            return Err(Fail::invalid("flags", reason));
        }
    };
    with_files(local, &request.model_id, |files, room| {
        let number = files.lookup(from.parent, &from.name)?;
        check_not_within(files, "newparent", to.parent, number)?;
        if existing == Existing::Exchange {
            check_not_within(files, "parent", from.parent, files.lookup(to.parent, &to.name)?)?;
        }
        Ok(files.rename(from, to, existing, room)?)
    })?;
    Ok(RenameResult::new())
}

/// A folder that is put into itself would be lost.
fn check_not_within(files: &Files, path: &str, folder: u64, moved: u64) -> Result<(), Fail> {
    if files.is_within(folder, moved) {
        return Err(Fail::invalid(path, "is the folder to move, or is in it"));
    }
    Ok(())
}
