//! The arguments of the methods: models, names, targets.

use std::sync::Arc;

use bytes::Bytes;
use decthings::runtime::Base64;

use crate::context::Context;
use crate::error::CallError;
use crate::filesystem::content::Io;
use crate::filesystem::files::{DirEntry, Files};
use crate::filesystem::space::Space;

/// The longest name, in bytes.
const MAX_NAME_BYTES: usize = 255;
/// The longest path that a symbolic link leads to, in bytes.
const MAX_TARGET_BYTES: usize = 4096;

/// Changes the files of a model with a function, which gets the space that they may take altogether. A folder of this machine
/// is changed on this machine, and not over the API.
pub(super) fn with_files<T>(
    context: &Context,
    model: &str,
    work: impl FnOnce(&mut Files, &mut Io<'_>, Space) -> Result<T, CallError>,
) -> Result<T, CallError> {
    let mut store = context.change();
    let space = store.space_for_files(model, context.config.limits.stored_bytes)?;
    let (storage, batch) = (store.data.storage.clone(), &mut store.batch);
    let model = store.data.model_mut(model)?;
    if model.folder.is_some() {
        return Err(CallError::AccessDenied);
    }
    let before = model.files.clone();
    let result = work(Arc::make_mut(&mut model.files), &mut Io { storage: &storage, batch }, space)?;
    model.files.save(Some(&before), batch)?;
    store.commit()?;
    Ok(result)
}

/// Reads a name in a folder, from the parameter `path`.
pub(super) fn dir_entry(path: &str, parent: u64, name: Base64) -> Result<DirEntry, CallError> {
    let name = name.into_bytes();
    let reason = if name.is_empty() {
        "must not be empty"
    } else if name.len() > MAX_NAME_BYTES {
        "must have at most 255 bytes"
    } else if name.iter().any(|byte| matches!(byte, b'/' | 0)) {
        "must not contain a slash or a zero byte"
    } else if matches!(name.as_ref(), b"." | b"..") {
        "must not be `.` or `..`"
    } else {
        return Ok(DirEntry { parent, name });
    };
    Err(CallError::invalid(path, reason))
}

/// Reads the target of a symbolic link, from the parameter `path`.
pub(super) fn target(path: &str, target: Base64) -> Result<Bytes, CallError> {
    let target = target.into_bytes();
    if target.is_empty() || target.len() > MAX_TARGET_BYTES || target.contains(&0) {
        return Err(CallError::invalid(path, format!("must have 1 to {MAX_TARGET_BYTES} bytes, none of them zero")));
    }
    Ok(target)
}
