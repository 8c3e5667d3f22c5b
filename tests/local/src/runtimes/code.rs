//! What is run: the code of a model, as it was when a call asked for it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use decthings::types::ParameterDefinition;

use super::failure::Failure;
use crate::compute::preset::Preset;
use crate::filesystem::content::Io;
use crate::filesystem::disk::{read_from, write_into};
use crate::filesystem::files::Files;
use crate::filesystem::live::{self, is_left_out};
use crate::filesystem::space::Space;
use crate::storage::Storage;
use crate::storage::batch::Batch;
use crate::store::states::Parts;

/// What is run.
#[derive(Clone)]
pub(crate) enum RunnableCode {
    Preset(&'static dyn Preset),
    Own(OwnCode),
}

impl RunnableCode {
    /// Looks at the folders of this machine again.
    pub(crate) fn refresh(&mut self) -> Result<(), Failure> {
        let Self::Own(own) = self else { return Ok(()) };
        let mut files = std::iter::once(&mut own.files).chain(own.mounts.iter_mut().map(|mount| &mut mount.files));
        files.try_for_each(FileSource::refresh)
    }
}

/// The code of a model that has its own.
#[derive(Clone)]
pub(crate) struct OwnCode {
    pub(crate) files: FileSource,
    /// What an evaluation returns, if it is known.
    pub(crate) outputs: Option<Vec<ParameterDefinition>>,
    pub(crate) mounts: Vec<Mount>,
}

/// Another model whose files, and where a state is made also its state, the code can read.
#[derive(Clone)]
pub(crate) struct Mount {
    pub(crate) model_id: String,
    pub(crate) files: FileSource,
    pub(crate) state: Parts,
}

/// Files of a model.
#[derive(Clone)]
pub(crate) enum FileSource {
    /// Files in the storage.
    Stored(Arc<Files>, Storage),
    /// A folder of this machine, as it is when the code starts; with a number that changes with its files.
    Folder { path: PathBuf, space: Space, fingerprint: u64 },
}

impl OwnCode {
    /// Whether both run the same files.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_same =
            |(one, other): (&Mount, &Mount)| one.model_id == other.model_id && one.files.is_same(&other.files);
        self.files.is_same(&other.files)
            && self.outputs == other.outputs
            && self.mounts.len() == other.mounts.len()
            && self.mounts.iter().zip(&other.mounts).all(is_same)
    }
}

impl FileSource {
    /// Writes the files into an empty folder.
    pub(crate) fn write_into(&self, target: &Path) -> io::Result<()> {
        match self {
            Self::Stored(files, storage) => write_into(files, storage, target),
            Self::Folder { path, space, .. } => {
                let (storage, mut batch) = (Storage::in_memory(), Batch::default());
                let mut io = Io { storage: &storage, batch: &mut batch };
                let files = read_from(path, &Files::new(&storage), &mut io, *space, is_left_out)?;
                storage.commit(&batch)?;
                write_into(&files, &storage, target)
            }
        }
    }

    fn refresh(&mut self) -> Result<(), Failure> {
        if let Self::Folder { path, fingerprint, .. } = self {
            let read = live::fingerprint(path);
            *fingerprint = read.map_err(|error| {
                Failure::Exception(format!("the folder {} cannot be read: {error}", path.display()))
            })?;
        }
        Ok(())
    }

    /// Stored files are copied before they are changed, as long as others use them.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stored(files, _), Self::Stored(other, _)) => Arc::ptr_eq(files, other),
            (
                Self::Folder { path, fingerprint, .. },
                Self::Folder { path: other_path, fingerprint: other_fingerprint, .. },
            ) => path == other_path && fingerprint == other_fingerprint,
            _ => false,
        }
    }
}

/// The file that a program starts from.
pub(crate) enum EntryPoint {
    /// A module that the interpreter loads.
    Python(PathBuf),
    Executable(PathBuf),
}

impl EntryPoint {
    /// Looks for the entry point in a folder with the files of a model.
    pub(crate) fn find(folder: &Path) -> Result<Self, Failure> {
        let [python, executable] = ["main.py", "main"].map(|name| folder.join(name));
        if python.is_file() {
            Ok(Self::Python(python))
        } else if executable.is_file() {
            Ok(Self::Executable(executable))
        } else {
            Err(Failure::UnreadableExecutable)
        }
    }
}
