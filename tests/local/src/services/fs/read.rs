//! Methods that leave everything as it is, of models and of snapshots.

use std::sync::Arc;

use decthings::api::fs::{
    DirectoryEntry, GetattrRequest, GetattrResult, LookupRequest, LookupResult, ReadRequest, ReadResult,
    ReaddirRequest, ReaddirResult, ReadlinkRequest, ReadlinkResult,
};

use super::place;
use crate::fail::Fail;
use crate::local::Local;
use crate::store::files::Files;

/// The files as they are now, which change no more.
fn files(local: &Local, model: &str, snapshot: Option<&str>) -> Result<Arc<Files>, Fail> {
    let store = local.store();
    let model = store.model(model)?;
    Ok(match snapshot {
        Some(id) => model.snapshot(id)?.files.clone(),
        None => model.files.clone(),
    })
}

pub(super) fn lookup(local: &Local, request: LookupRequest) -> Result<LookupResult, Fail> {
    let at = place("name", request.parent, request.name)?;
    let files = files(local, &request.model_id, request.snapshot_id.as_deref())?;
    let number = files.lookup(at.parent, &at.name)?;
    Ok(LookupResult::new(number, files.stat(number)?))
}

pub(super) fn getattr(local: &Local, request: &GetattrRequest) -> Result<GetattrResult, Fail> {
    let files = files(local, &request.model_id, request.snapshot_id.as_deref())?;
    Ok(GetattrResult::new(files.stat(request.inode)?))
}

pub(super) fn readlink(local: &Local, request: &ReadlinkRequest) -> Result<ReadlinkResult, Fail> {
    let files = files(local, &request.model_id, request.snapshot_id.as_deref())?;
    Ok(ReadlinkResult::new(files.target(request.inode)?.clone()))
}

pub(super) fn readdir(local: &Local, request: &ReaddirRequest) -> Result<ReaddirResult, Fail> {
    let files = files(local, &request.model_id, request.snapshot_id.as_deref())?;
    let entries = files.list(request.inode)?;
    Ok(ReaddirResult::new(entries.map(|(name, kind, number)| DirectoryEntry::new(name.clone(), kind, number))))
}

/// A file may be full of holes and much larger than the memory, so what one call reads is limited.
pub(super) fn read(local: &Local, request: &ReadRequest) -> Result<ReadResult, Fail> {
    let files = files(local, &request.model_id, request.snapshot_id.as_deref())?;
    let most = local.config.limits.body_bytes;
    let length = files.readable(request.inode, request.offset, request.count)?;
    let length = usize::try_from(length).ok().filter(|length| *length <= most).ok_or_else(|| {
        Fail::invalid("count", format!("one call reads at most {most} bytes, and there are {length} to read"))
    })?;
    let data = files.read(request.inode, request.offset, length)?;
    drop(files);
    if request.snapshot_id.is_none()
        && let Ok(model) = local.store().model_mut(&request.model_id)
    {
        Arc::make_mut(&mut model.files).accessed(request.inode);
    }
    Ok(ReadResult::new(data))
}
