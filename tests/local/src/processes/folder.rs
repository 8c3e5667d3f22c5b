//! The folder of a process, with the files of models.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use crate::fail::Fail;
use crate::local::Local;
use crate::store::files::{read_from, write_into};

/// A temporary folder, with a folder for each model whose files the process can use. It goes away when it is dropped.
///
/// Files are written when the process starts and read back when it has ended: what happens to the filesystem of a
/// model meanwhile is not seen by the process, and gives way to what the process leaves.
pub(crate) struct Folder {
    root: TempDir,
    own: Option<String>,
    models: Mutex<Vec<String>>,
}

impl Folder {
    /// Makes one for a process in the files of a model, or in no files at all. `others` are the models whose files
    /// are beside it, in folders named by their ids.
    pub(crate) async fn new(local: &Local, own: Option<&str>, others: &[String]) -> Result<Self, Fail> {
        let root = tempfile::Builder::new().prefix("decthings-local-").tempdir().map_err(|_| Fail::Unknown)?;
        let folder = Self { root, own: own.map(str::to_owned), models: Mutex::default() };
        match own {
            Some(model) => folder.add(local, model).await?,
            None => std::fs::create_dir(folder.path()).map_err(|_| Fail::Unknown)?,
        }
        for model in others {
            folder.add(local, model).await?;
        }
        Ok(folder)
    }

    /// Where the process starts.
    pub(crate) fn path(&self) -> PathBuf {
        self.path_of(self.own.as_deref().unwrap_or("files"))
    }

    fn path_of(&self, model: &str) -> PathBuf {
        self.root.path().join(model)
    }

    /// Writes the files of a model, unless they are there already.
    pub(crate) async fn add(&self, local: &Local, model: &str) -> Result<(), Fail> {
        let files = local.store().model(model)?.files.clone();
        {
            let mut models = self.models.lock().unwrap_or_else(PoisonError::into_inner);
            if models.iter().any(|there| there == model) {
                return Ok(());
            }
            models.push(model.to_owned());
        }
        let path = self.path_of(model);
        let written = spawn_blocking(move || {
            std::fs::create_dir(&path)?;
            write_into(&files, &path)
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Fail::Unknown),
        }
    }

    /// Reads the files back into their models and removes the folder. Gives what went wrong, in words.
    pub(crate) async fn keep(&self, local: &Local) -> Vec<String> {
        let models = self.models.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut problems = Vec::new();
        for model in models {
            if let Err(error) = self.keep_one(local, &model).await {
                problems.push(format!("the files of the model {model} were not kept: {error}\n"));
            }
        }
        problems
    }

    async fn keep_one(&self, local: &Local, model: &str) -> io::Result<()> {
        let (old, room) = {
            let store = local.store();
            // A model that has been deleted needs no files.
            let Ok(stored) = store.model(model) else { return Ok(()) };
            let Ok(room) = store.room_for_files(model, local.config.limits.stored_bytes) else { return Ok(()) };
            (stored.files.clone(), room)
        };
        let path = self.path_of(model);
        let files = spawn_blocking(move || read_from(&path, &old, room)).await.map_err(io::Error::other)??;
        if let Ok(stored) = local.store().model_mut(model) {
            stored.files = std::sync::Arc::new(files);
        }
        Ok(())
    }
}
