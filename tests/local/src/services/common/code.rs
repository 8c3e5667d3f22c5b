//! The code that a call runs.

use decthings::types::MountedModel;

use super::location::check_processes_allowed;
use crate::config::LocalConfig;
use crate::error::CallError;
use crate::runtimes::code::{FileSource, Mount, OwnCode, RunnableCode};
use crate::store::Store;
use crate::store::code::Code;
use crate::store::models::{StoredModel, StoredSnapshot};
use crate::store::states::Parts;

/// The code of a model or of a snapshot, with the models that a state mounts. The parameter `path` says which model it is.
pub(crate) fn runnable_code<'a>(
    config: &LocalConfig,
    store: &Store,
    model: &StoredModel,
    snapshot: Option<&StoredSnapshot>,
    mounts: impl IntoIterator<Item = &'a (MountedModel, Parts)>,
    path: &str,
) -> Result<RunnableCode, CallError> {
    let code = snapshot.map_or(&model.code, |snapshot| &snapshot.code);
    if let Code::Preset(preset) = code {
        return Ok(RunnableCode::Preset(*preset));
    }
    check_processes_allowed(config, path)?;
    let mounts = mounts.into_iter().map(|(mounted, state)| mount(store, mounted, state.clone()));
    Ok(RunnableCode::Own(OwnCode {
        files: files(store, model, snapshot),
        outputs: code.outputs(),
        mounts: mounts.collect::<Result<_, _>>()?,
    }))
}

/// The models that an existing state mounts.
pub(crate) fn mounted(models: &[MountedModel]) -> Vec<(MountedModel, Parts)> {
    models.iter().map(|mounted| (mounted.clone(), Parts::default())).collect()
}

fn mount(store: &Store, mounted: &MountedModel, state: Parts) -> Result<Mount, CallError> {
    let model = store.model(&mounted.model_id).map_err(|_| CallError::ModelToMountNoLongerExists)?;
    let snapshot = mounted.snapshot_id.as_deref().map(|id| model.snapshot(id)).transpose();
    let snapshot = snapshot.map_err(|_| CallError::ModelToMountNoLongerExists)?;
    Ok(Mount { model_id: mounted.model_id.clone(), files: files(store, model, snapshot), state })
}

fn files(store: &Store, model: &StoredModel, snapshot: Option<&StoredSnapshot>) -> FileSource {
    match (snapshot, &model.folder) {
        (Some(snapshot), _) => FileSource::Stored(snapshot.files.clone(), store.storage.clone()),
        (None, Some(folder)) => {
            FileSource::Folder { path: folder.path.clone(), space: model.space_for_files(), fingerprint: 0 }
        }
        (None, None) => FileSource::Stored(model.files.clone(), store.storage.clone()),
    }
}
