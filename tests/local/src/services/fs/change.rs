//! Methods that make and change single files and folders.

use decthings::api::fs::{
    LinkRequest, LinkResult, MkdirRequest, MkdirResult, MknodRequest, MknodResult, SetattrRequest, SetattrResult,
    SymlinkRequest, SymlinkResult, WriteRequest, WriteResult,
};
use decthings::types::FileTime;

use super::{place, target, with_files};
use crate::fail::Fail;
use crate::local::Local;
use crate::store::files::{Changes, Errno, Files, kind};

/// The part of a mode that is not the kind.
const PERMISSIONS: u32 = 0o7777;

pub(super) fn mknod(local: &Local, request: MknodRequest) -> Result<MknodResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    check_mode(request.mode)?;
    let (mode, device) = match request.mode & kind::MASK {
        0 | kind::FILE => (request.mode | kind::FILE, 0),
        kind::PIPE | kind::SOCKET => (request.mode, 0),
        kind::BLOCK_DEVICE | kind::CHARACTER_DEVICE => (request.mode, request.dev),
        kind::FOLDER => return Err(Fail::invalid("mode", "is a folder's; use FS.mkdir")),
        kind::LINK => return Err(Fail::invalid("mode", "is a symbolic link's; use FS.symlink")),
        other => return Err(Fail::invalid("mode", format!("has an unknown kind of file, {other:#o}"))),
    };
    with_files(local, &request.model_id, |files, room| {
        let number = files.make_file(at, mode, device, room)?;
        Ok(MknodResult::new(number, files.stat(number)?))
    })
}

pub(super) fn mkdir(local: &Local, request: MkdirRequest) -> Result<MkdirResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    check_mode(request.mode)?;
    check_kind(request.mode, kind::FOLDER)?;
    with_files(local, &request.model_id, |files, room| {
        let number = files.make_folder(at, request.mode & PERMISSIONS, room)?;
        Ok(MkdirResult::new(number, files.stat(number)?))
    })
}

pub(super) fn symlink(local: &Local, request: SymlinkRequest) -> Result<SymlinkResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    let target = target("link", request.link)?;
    with_files(local, &request.model_id, |files, room| {
        let number = files.make_link(at, target, room)?;
        Ok(SymlinkResult::new(number, files.stat(number)?))
    })
}

pub(super) fn link(local: &Local, request: LinkRequest) -> Result<LinkResult, Fail> {
    let at = place("newname", request.newparent, request.newname)?;
    with_files(local, &request.model_id, |files, room| {
        files.link(request.inode, at, room)?;
        Ok(LinkResult::new(files.stat(request.inode)?))
    })
}

pub(super) fn setattr(local: &Local, request: SetattrRequest) -> Result<SetattrResult, Fail> {
    for (path, time) in [("atime", &request.atime), ("mtime", &request.mtime)] {
        check_time(path, time.as_ref())?;
    }
    with_files(local, &request.model_id, |files, room| {
        let kind = files.stat(request.inode)?.mode & kind::MASK;
        if let Some(mode) = request.mode {
            check_mode(mode)?;
            check_kind(mode, kind)?;
        }
        if request.size.is_some() && !matches!(kind, kind::FILE | kind::FOLDER) {
            return Err(Fail::invalid("size", "only a file can have another size"));
        }
        let changes = Changes {
            permissions: request.mode.map(|mode| mode & PERMISSIONS),
            size: request.size,
            atime: request.atime,
            mtime: request.mtime,
        };
        files.change(request.inode, changes, room)?;
        stat(files, request.inode)
    })
}

fn stat(files: &Files, number: u64) -> Result<SetattrResult, Fail> {
    Ok(SetattrResult::new(files.stat(number)?))
}

/// Writes all or nothing.
pub(super) fn write(local: &Local, request: &WriteRequest) -> Result<WriteResult, Fail> {
    let data = request.data.as_bytes();
    let offset = (!request.truncate.unwrap_or(false)).then_some(request.offset);
    with_files(local, &request.model_id, |files, room| {
        files.write(request.inode, offset, data, room)?;
        Ok(WriteResult::new(u64::try_from(data.len()).unwrap_or(u64::MAX)))
    })
}

fn check_mode(mode: u32) -> Result<(), Fail> {
    if mode & !(kind::MASK | PERMISSIONS) != 0 {
        return Err(Fail::invalid("mode", format!("has bits that mean nothing: {mode:#o}")));
    }
    Ok(())
}

/// A mode may leave the kind out, but it cannot change it.
fn check_kind(mode: u32, kind: u32) -> Result<(), Fail> {
    match mode & kind::MASK {
        0 => Ok(()),
        given if given == kind => Ok(()),
        given => Err(Fail::invalid("mode", format!("is of the kind {given:#o}, but must be of the kind {kind:#o}"))),
    }
}

fn check_time(path: &str, time: Option<&FileTime>) -> Result<(), Fail> {
    match time {
        Some(time) if !(0..1_000_000_000).contains(&time.nsec) => {
            Err(Fail::invalid(format!("{path}.nsec"), format!("must be from 0 to 999999999, got {}", time.nsec)))
        }
        _ => Ok(()),
    }
}

impl From<Errno> for Fail {
    fn from(errno: Errno) -> Self {
        Self::Files(errno)
    }
}
