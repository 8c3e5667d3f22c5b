//! The service `FS`.

mod arguments;
mod change;
mod read;
mod tree;

use std::sync::Arc;

use decthings::api::fs::{
    CopyRequest, FsService, GetattrRequest, LinkRequest, LookupRequest, MkdirRequest, MknodRequest, ReadRequest,
    ReaddirRequest, ReadlinkRequest, RenameRequest, RmdirAllRequest, RmdirRequest, SetattrRequest, SymlinkRequest,
    UnlinkRequest, WriteRequest,
};
use decthings::runtime::ServiceResult;

use crate::context::Context;

/// The service.
pub(crate) struct Filesystems(pub(crate) Arc<Context>);

impl FsService for Filesystems {
    async fn lookup(&self, request: LookupRequest) -> ServiceResult<LookupRequest> {
        Ok(read::lookup(&self.0, request)?)
    }

    async fn getattr(&self, request: GetattrRequest) -> ServiceResult<GetattrRequest> {
        Ok(read::getattr(&self.0, &request)?)
    }

    async fn setattr(&self, request: SetattrRequest) -> ServiceResult<SetattrRequest> {
        Ok(change::setattr(&self.0, request)?)
    }

    async fn mknod(&self, request: MknodRequest) -> ServiceResult<MknodRequest> {
        Ok(change::mknod(&self.0, request)?)
    }

    async fn read(&self, request: ReadRequest) -> ServiceResult<ReadRequest> {
        Ok(read::read(&self.0, &request)?)
    }

    async fn write(&self, request: WriteRequest) -> ServiceResult<WriteRequest> {
        Ok(change::write(&self.0, &request)?)
    }

    async fn symlink(&self, request: SymlinkRequest) -> ServiceResult<SymlinkRequest> {
        Ok(change::symlink(&self.0, request)?)
    }

    async fn readlink(&self, request: ReadlinkRequest) -> ServiceResult<ReadlinkRequest> {
        Ok(read::readlink(&self.0, &request)?)
    }

    async fn mkdir(&self, request: MkdirRequest) -> ServiceResult<MkdirRequest> {
        Ok(change::mkdir(&self.0, request)?)
    }

    async fn unlink(&self, request: UnlinkRequest) -> ServiceResult<UnlinkRequest> {
        Ok(tree::unlink(&self.0, request)?)
    }

    async fn rmdir(&self, request: RmdirRequest) -> ServiceResult<RmdirRequest> {
        Ok(tree::rmdir(&self.0, request)?)
    }

    async fn rename(&self, request: RenameRequest) -> ServiceResult<RenameRequest> {
        Ok(tree::rename(&self.0, request)?)
    }

    async fn link(&self, request: LinkRequest) -> ServiceResult<LinkRequest> {
        Ok(change::link(&self.0, request)?)
    }

    async fn readdir(&self, request: ReaddirRequest) -> ServiceResult<ReaddirRequest> {
        Ok(read::readdir(&self.0, &request)?)
    }

    async fn rmdir_all(&self, request: RmdirAllRequest) -> ServiceResult<RmdirAllRequest> {
        Ok(tree::rmdir_all(&self.0, request)?)
    }

    async fn copy(&self, request: CopyRequest) -> ServiceResult<CopyRequest> {
        Ok(tree::copy(&self.0, request)?)
    }
}
