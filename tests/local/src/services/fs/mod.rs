//! The service `FS`.

mod change;
mod read;
mod tree;

use std::sync::Arc;

use bytes::Bytes;
use decthings::api::fs::{
    CopyRequest, FsService, GetattrRequest, LinkRequest, LookupRequest, MkdirRequest, MknodRequest, ReadRequest,
    ReaddirRequest, ReadlinkRequest, RenameRequest, RmdirAllRequest, RmdirRequest, SetattrRequest, SymlinkRequest,
    UnlinkRequest, WriteRequest,
};
use decthings::runtime::Base64;

use crate::fail::{Answer, Fail};
use crate::local::Local;
use crate::store::files::{Files, Place, Room};

/// The longest name, in bytes.
const MAX_NAME: usize = 255;
/// The longest path that a symbolic link leads to, in bytes.
const MAX_TARGET: usize = 4096;

/// Answers the calls of the service.
pub(crate) struct Filesystems(pub(crate) Arc<Local>);

impl FsService for Filesystems {
    async fn lookup(&self, request: LookupRequest) -> Answer<LookupRequest> {
        Ok(read::lookup(&self.0, request)?)
    }

    async fn getattr(&self, request: GetattrRequest) -> Answer<GetattrRequest> {
        Ok(read::getattr(&self.0, &request)?)
    }

    async fn setattr(&self, request: SetattrRequest) -> Answer<SetattrRequest> {
        Ok(change::setattr(&self.0, request)?)
    }

    async fn mknod(&self, request: MknodRequest) -> Answer<MknodRequest> {
        Ok(change::mknod(&self.0, request)?)
    }

    async fn read(&self, request: ReadRequest) -> Answer<ReadRequest> {
        Ok(read::read(&self.0, &request)?)
    }

    async fn write(&self, request: WriteRequest) -> Answer<WriteRequest> {
        Ok(change::write(&self.0, &request)?)
    }

    async fn symlink(&self, request: SymlinkRequest) -> Answer<SymlinkRequest> {
        Ok(change::symlink(&self.0, request)?)
    }

    async fn readlink(&self, request: ReadlinkRequest) -> Answer<ReadlinkRequest> {
        Ok(read::readlink(&self.0, &request)?)
    }

    async fn mkdir(&self, request: MkdirRequest) -> Answer<MkdirRequest> {
        Ok(change::mkdir(&self.0, request)?)
    }

    async fn unlink(&self, request: UnlinkRequest) -> Answer<UnlinkRequest> {
        Ok(tree::unlink(&self.0, request)?)
    }

    async fn rmdir(&self, request: RmdirRequest) -> Answer<RmdirRequest> {
        Ok(tree::rmdir(&self.0, request)?)
    }

    async fn rename(&self, request: RenameRequest) -> Answer<RenameRequest> {
        Ok(tree::rename(&self.0, request)?)
    }

    async fn link(&self, request: LinkRequest) -> Answer<LinkRequest> {
        Ok(change::link(&self.0, request)?)
    }

    async fn readdir(&self, request: ReaddirRequest) -> Answer<ReaddirRequest> {
        Ok(read::readdir(&self.0, &request)?)
    }

    async fn rmdir_all(&self, request: RmdirAllRequest) -> Answer<RmdirAllRequest> {
        Ok(tree::rmdir_all(&self.0, request)?)
    }

    async fn copy(&self, request: CopyRequest) -> Answer<CopyRequest> {
        Ok(tree::copy(&self.0, request)?)
    }
}

/// Works on the files of a model; the room is what they may take altogether.
fn with_files<T>(
    local: &Local,
    model: &str,
    work: impl FnOnce(&mut Files, Room) -> Result<T, Fail>,
) -> Result<T, Fail> {
    let mut store = local.store();
    let room = store.room_for_files(model, local.config.limits.stored_bytes)?;
    work(Arc::make_mut(&mut store.model_mut(model)?.files), room)
}

/// A name in a folder, from the parameter that has it.
fn place(path: &str, parent: u64, name: Base64) -> Result<Place, Fail> {
    let name = name.into_bytes();
    let reason = if name.is_empty() {
        "must not be empty"
    } else if name.len() > MAX_NAME {
        "must have at most 255 bytes"
    } else if name.iter().any(|byte| matches!(byte, b'/' | 0)) {
        "must not have a slash or a zero byte in it"
    } else if matches!(name.as_ref(), b"." | b"..") {
        "must not be `.` or `..`"
    } else {
        return Ok(Place { parent, name });
    };
    Err(Fail::invalid(path, reason))
}

/// The path that a symbolic link leads to.
fn target(path: &str, target: Base64) -> Result<Bytes, Fail> {
    let target = target.into_bytes();
    if target.is_empty() || target.len() > MAX_TARGET || target.contains(&0) {
        return Err(Fail::invalid(path, format!("must have 1 to {MAX_TARGET} bytes, none of them zero")));
    }
    Ok(target)
}
