//! The folder that a program runs in.

use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::runtimes::code::{FileSource, Mount};

/// A temporary folder with the files of a model and of the models that it mounts. It is deleted when it is dropped, with
/// all that the program has written.
pub(super) struct ProgramFolder {
    root: TempDir,
}

impl ProgramFolder {
    /// Makes the folder in the workspace.
    pub(super) fn new(workspace: &Path, files: &FileSource, mounts: &[Mount]) -> io::Result<Self> {
        let folder = Self { root: TempDir::new_in(workspace)? };
        std::fs::create_dir(folder.temporary())?;
        std::fs::create_dir(folder.model())?;
        files.write_into(&folder.model())?;
        for mount in mounts {
            let path = folder.mounted(&mount.model_id);
            std::fs::create_dir_all(&path)?;
            mount.files.write_into(&path)?;
        }
        Ok(folder)
    }

    pub(super) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The files of the model.
    pub(super) fn model(&self) -> PathBuf {
        self.root.path().join("model")
    }

    /// The files of a model that it mounts.
    pub(super) fn mounted(&self, model: &str) -> PathBuf {
        self.root.path().join("mounted").join(model)
    }

    /// For temporary files.
    pub(super) fn temporary(&self) -> PathBuf {
        self.root.path().join("tmp")
    }

    /// The socket that the program connects to.
    pub(super) fn socket(&self) -> PathBuf {
        self.root.path().join("socket")
    }
}
