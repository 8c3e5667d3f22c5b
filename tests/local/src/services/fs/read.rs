//! Methods that read, from models and from snapshots.

use std::sync::Arc;

use decthings::api::fs::{
    DirectoryEntry, GetattrRequest, GetattrResult, LookupRequest, LookupResult, ReadRequest, ReadResult,
    ReaddirRequest, ReaddirResult, ReadlinkRequest, ReadlinkResult,
};

use super::arguments::{dir_entry, with_files};
use crate::context::Context;
use crate::error::CallError;
use crate::filesystem::content::Io;
use crate::filesystem::files::Files;
use crate::processes::live;

/// The current files, which later changes do not affect.
fn files(context: &Context, model: &str, snapshot: Option<&str>) -> Result<Arc<Files>, CallError> {
    live::refresh(context, model)?;
    let store = context.store();
    let model = store.model(model)?;
    Ok(match snapshot {
        Some(id) => model.snapshot(id)?.files.clone(),
        None => model.files.clone(),
    })
}

pub(super) fn lookup(context: &Context, request: LookupRequest) -> Result<LookupResult, CallError> {
    let at = dir_entry("name", request.parent, request.name)?;
    let files = files(context, &request.model_id, request.snapshot_id.as_deref())?;
    let number = files.lookup(at.parent, &at.name)?;
    Ok(LookupResult::new(number, files.stat(number)?))
}

pub(super) fn getattr(context: &Context, request: GetattrRequest) -> Result<GetattrResult, CallError> {
    let files = files(context, &request.model_id, request.snapshot_id.as_deref())?;
    Ok(GetattrResult::new(files.stat(request.inode)?))
}

pub(super) fn readlink(context: &Context, request: ReadlinkRequest) -> Result<ReadlinkResult, CallError> {
    let files = files(context, &request.model_id, request.snapshot_id.as_deref())?;
    Ok(ReadlinkResult::new(files.target(request.inode)?.clone()))
}

pub(super) fn readdir(context: &Context, request: ReaddirRequest) -> Result<ReaddirResult, CallError> {
    let files = files(context, &request.model_id, request.snapshot_id.as_deref())?;
    let entries = files.list(request.inode)?;
    Ok(ReaddirResult::new(entries.map(|(name, kind, number)| DirectoryEntry::new(name.clone(), kind, number))))
}

/// A file may be full of holes and much larger than the memory, so what one call reads is limited.
pub(super) fn read(context: &Context, request: ReadRequest) -> Result<ReadResult, CallError> {
    let files = files(context, &request.model_id, request.snapshot_id.as_deref())?;
    let most = context.config.limits.body_bytes;
    let length = files.readable(request.inode, request.offset, request.count)?;
    let length = usize::try_from(length).ok().filter(|length| *length <= most).ok_or_else(|| {
        CallError::invalid("count", format!("one call reads at most {most} bytes, and there are {length} to read"))
    })?;
    let storage = context.store().storage.clone();
    let data = files.read(&storage, request.inode, request.offset, length)?;
    if request.snapshot_id.is_none() {
        let accessed = |files: &mut Files, _: &mut Io<'_>, _| {
            files.accessed(request.inode);
            Ok(())
        };
        // The data has been read, whatever happens to the model.
        let _ = with_files(context, &request.model_id, accessed);
    }
    Ok(ReadResult::new(data))
}
