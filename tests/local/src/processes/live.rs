//! The files of models that are folders of this machine.

use std::sync::Arc;

use crate::context::Context;
use crate::error::CallError;
use crate::filesystem::content::Io;
use crate::filesystem::disk::read_from;
use crate::filesystem::live::{fingerprint, is_left_out};
use crate::storage::batch::Batch;

/// Reads the folder of a model again if its files have changed. Does nothing for a model with files of its own.
pub(crate) fn refresh(context: &Context, model: &str) -> Result<(), CallError> {
    let (folder, old, space, storage) = {
        let store = context.store();
        let model = store.model(model)?;
        let Some(folder) = model.folder.clone() else { return Ok(()) };
        (folder, model.files.clone(), model.space_for_files(), store.storage.clone())
    };
    let read = || {
        let now = fingerprint(&folder.path)?;
        if folder.fingerprint == Some(now) {
            return Ok(None);
        }
        let mut batch = Batch::default();
        let mut io = Io { storage: &storage, batch: &mut batch };
        let files = read_from(&folder.path, &old, &mut io, space, is_left_out)?;
        files.save(None, &mut batch)?;
        Ok(Some((now, files, batch)))
    };
    let changed = read().map_err(|error: std::io::Error| {
        CallError::invalid("modelId", format!("the folder {} cannot be read: {error}", folder.path.display()))
    })?;
    if let Some((now, files, batch)) = changed {
        let mut store = context.change();
        store.batch = batch;
        let model = store.model_mut(model)?;
        model.files = Arc::new(files);
        if let Some(folder) = &mut model.folder {
            folder.fingerprint = Some(now);
        }
        store.commit()?;
    }
    Ok(())
}
