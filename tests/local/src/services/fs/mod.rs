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

use crate::context::Context;
use crate::services::common::delegate;

/// The service.
pub(crate) struct Filesystems(pub(crate) Arc<Context>);

delegate! {
    impl FsService for Filesystems;
    fn lookup(LookupRequest) in read;
    fn getattr(GetattrRequest) in read;
    fn setattr(SetattrRequest) in change;
    fn mknod(MknodRequest) in change;
    fn read(ReadRequest) in read;
    fn write(WriteRequest) in change;
    fn symlink(SymlinkRequest) in change;
    fn readlink(ReadlinkRequest) in read;
    fn mkdir(MkdirRequest) in change;
    fn unlink(UnlinkRequest) in tree;
    fn rmdir(RmdirRequest) in tree;
    fn rename(RenameRequest) in tree;
    fn link(LinkRequest) in change;
    fn readdir(ReaddirRequest) in read;
    fn rmdir_all(RmdirAllRequest) in tree;
    fn copy(CopyRequest) in tree;
}
