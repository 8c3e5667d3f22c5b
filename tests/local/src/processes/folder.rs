//! The folder of a process, with the files of models.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use decthings::types::FilesystemAccess;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::live::refresh;
use crate::context::Context;
use crate::error::CallError;
use crate::filesystem::content::Io;
use crate::filesystem::disk::{read_from, write_into};
use crate::storage::batch::Batch;
use crate::util;

/// A temporary folder, with a folder for each model whose files the process can use. It is deleted when it is dropped.
///
/// Files are written when the process starts and read back when it has ended. Changes to the filesystem of a model in
/// the meantime are invisible to the process, and are overwritten with the files that it leaves.
pub(crate) struct Folder {
    root: TempDir,
    own: Option<String>,
    models: Mutex<Vec<String>>,
}

impl Folder {
    /// Makes the folder of a process, with the files of a model or empty. The files of `others` are beside it, in folders
    /// named by the ids of the models.
    pub(crate) async fn new(
        context: &Context,
        own: Option<&str>,
        others: Vec<FilesystemAccess>,
    ) -> Result<Self, CallError> {
        let root = TempDir::new_in(context.workspace().await?.path()).map_err(|_| CallError::Unknown)?;
        let folder = Self { root, own: own.map(str::to_owned), models: Mutex::default() };
        std::fs::create_dir(folder.temporary()).map_err(|_| CallError::Unknown)?;
        match own {
            Some(model) => folder.add(context, model).await?,
            None => std::fs::create_dir(folder.path()).map_err(|_| CallError::Unknown)?,
        }
        for other in others {
            folder.add(context, &other.model_id).await?;
        }
        Ok(folder)
    }

    /// The working directory of the process.
    pub(super) fn path(&self) -> PathBuf {
        self.path_of(self.own.as_deref().unwrap_or("files"))
    }

    /// The folder for temporary files of the process.
    pub(super) fn temporary(&self) -> PathBuf {
        self.path_of("tmp")
    }

    fn path_of(&self, model: &str) -> PathBuf {
        self.root.path().join(model)
    }

    /// Writes the files of a model, unless they have been written already.
    pub(crate) async fn add(&self, context: &Context, model: &str) -> Result<(), CallError> {
        refresh(context, model)?;
        let (files, storage) = {
            let store = context.store();
            (store.model(model)?.files.clone(), store.storage.clone())
        };
        {
            let mut models = util::lock(&self.models);
            if models.iter().any(|other| other == model) {
                return Ok(());
            }
            models.push(model.to_owned());
        }
        let path = self.path_of(model);
        let written = spawn_blocking(move || {
            std::fs::create_dir(&path)?;
            write_into(&files, &storage, &path)
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(CallError::Unknown),
        }
    }

    /// Reads the files back into their models. Returns a message for each model whose files were lost.
    pub(crate) async fn read_back(&self, context: &Context) -> Vec<String> {
        let models = util::lock(&self.models).clone();
        let mut problems = Vec::new();
        for model in models {
            if let Err(error) = self.read_back_one(context, &model).await {
                problems.push(format!("the files of the model {model} were not saved: {error}\n"));
            }
        }
        problems
    }

    async fn read_back_one(&self, context: &Context, model: &str) -> io::Result<()> {
        let (old, storage, space) = {
            let store = context.store();
            // The model may have been deleted.
            let Ok(stored) = store.model(model) else { return Ok(()) };
            // A folder of this machine is only changed by its owner.
            if stored.folder.is_some() {
                return Ok(());
            }
            let Ok(space) = store.space_for_files(model, context.config.limits.stored_bytes) else { return Ok(()) };
            (stored.files.clone(), store.storage.clone(), space)
        };
        let path = self.path_of(model);
        let read = move || {
            let mut batch = Batch::default();
            let files = read_from(&path, &old, &mut Io { storage: &storage, batch: &mut batch }, space, |_| false)?;
            files.save(None, &mut batch)?;
            io::Result::Ok((files, batch))
        };
        let (files, batch) = spawn_blocking(read).await.map_err(io::Error::other)??;
        let mut store = context.change();
        if let Ok(stored) = store.model_mut(model) {
            stored.files = Arc::new(files);
            store.batch = batch;
        }
        Ok(store.commit()?)
    }
}
