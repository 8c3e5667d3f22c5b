//! Methods that create and change single files and folders.

use decthings::api::fs::{
    LinkRequest, LinkResult, MkdirRequest, MkdirResult, MknodRequest, MknodResult, SetattrRequest, SetattrResult,
    SymlinkRequest, SymlinkResult, WriteRequest, WriteResult,
};
use decthings::types::FileTime;

use super::arguments::{dir_entry, target, with_files};
use crate::context::Context;
use crate::error::{self, CallError};
use crate::filesystem::change::Changes;
use crate::filesystem::files::Files;
use crate::filesystem::posix::{PERMISSIONS, kind};

pub(super) fn mknod(context: &Context, request: MknodRequest) -> Result<MknodResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    check_mode(request.mode)?;
    let (mode, device) = match request.mode & kind::MASK {
        0 | kind::FILE => (request.mode | kind::FILE, 0),
        kind::PIPE | kind::SOCKET => (request.mode, 0),
        kind::BLOCK_DEVICE | kind::CHARACTER_DEVICE => (request.mode, request.dev),
        kind::FOLDER => return Err(CallError::invalid("mode", "is a folder's; use FS.mkdir")),
        kind::LINK => return Err(CallError::invalid("mode", "is a symbolic link's; use FS.symlink")),
        other => return Err(CallError::invalid("mode", format!("has an unknown kind of file, {other:#o}"))),
    };
    with_files(context, &request.model_id, |files, io, space| {
        let number = files.make_file(io.storage, at, mode, device, space)?;
        Ok(MknodResult::new(number, files.stat(number)?))
    })
}

pub(super) fn mkdir(context: &Context, request: MkdirRequest) -> Result<MkdirResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    check_mode(request.mode)?;
    check_kind(request.mode, kind::FOLDER)?;
    with_files(context, &request.model_id, |files, _, space| {
        let number = files.make_folder(at, request.mode & PERMISSIONS, space)?;
        Ok(MkdirResult::new(number, files.stat(number)?))
    })
}

pub(super) fn symlink(context: &Context, request: SymlinkRequest) -> Result<SymlinkResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    let target = target("link", request.link)?;
    with_files(context, &request.model_id, |files, _, space| {
        let number = files.make_link(at, target, space)?;
        Ok(SymlinkResult::new(number, files.stat(number)?))
    })
}

pub(super) fn link(context: &Context, request: LinkRequest) -> Result<LinkResult, CallError> {
    let at = dir_entry("newname", request.newparent, request.newname)?;
    with_files(context, &request.model_id, |files, _, space| {
        files.link(request.inode, at, space)?;
        Ok(LinkResult::new(files.stat(request.inode)?))
    })
}

pub(super) fn setattr(context: &Context, request: SetattrRequest) -> Result<SetattrResult, CallError> {
    for (path, time) in [("atime", &request.atime), ("mtime", &request.mtime)] {
        check_time(path, time.as_ref())?;
    }
    with_files(context, &request.model_id, |files, io, space| {
        let kind = files.stat(request.inode)?.mode & kind::MASK;
        if let Some(mode) = request.mode {
            check_mode(mode)?;
            check_kind(mode, kind)?;
        }
        if request.size.is_some() && !matches!(kind, kind::FILE | kind::FOLDER) {
            return Err(CallError::invalid("size", "only a file can have another size"));
        }
        let changes = Changes {
            permissions: request.mode.map(|mode| mode & PERMISSIONS),
            size: request.size,
            atime: request.atime,
            mtime: request.mtime,
        };
        files.change(io, request.inode, changes, space)?;
        stat(files, request.inode)
    })
}

fn stat(files: &Files, number: u64) -> Result<SetattrResult, CallError> {
    Ok(SetattrResult::new(files.stat(number)?))
}

/// Writes all or nothing.
pub(super) fn write(context: &Context, request: WriteRequest) -> Result<WriteResult, CallError> {
    let data = error::in_memory("data", request.data)?;
    let offset = (!request.truncate.unwrap_or(false)).then_some(request.offset);
    with_files(context, &request.model_id, |files, io, space| {
        files.write(io, request.inode, offset, &data, space)?;
        Ok(WriteResult::new(u64::try_from(data.len()).unwrap_or(u64::MAX)))
    })
}

fn check_mode(mode: u32) -> Result<(), CallError> {
    if mode & !(kind::MASK | PERMISSIONS) != 0 {
        return Err(CallError::invalid("mode", format!("has unknown bits: {mode:#o}")));
    }
    Ok(())
}

/// A mode may leave the kind out, but it cannot change it.
fn check_kind(mode: u32, kind: u32) -> Result<(), CallError> {
    match mode & kind::MASK {
        0 => Ok(()),
        given if given == kind => Ok(()),
        given => {
            Err(CallError::invalid("mode", format!("is of the kind {given:#o}, but must be of the kind {kind:#o}")))
        }
    }
}

fn check_time(path: &str, time: Option<&FileTime>) -> Result<(), CallError> {
    match time {
        Some(time) if !(0..1_000_000_000).contains(&time.nsec) => {
            Err(CallError::invalid(format!("{path}.nsec"), format!("must be from 0 to 999999999, got {}", time.nsec)))
        }
        _ => Ok(()),
    }
}
