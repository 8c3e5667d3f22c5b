//! Whole files and folders of a model's filesystem, on top of the calls for inodes of the `FS` service.

#[cfg(feature = "blocking")]
mod blocking;
mod download;
mod error;
mod local;
mod source;
mod upload;
mod whole;

use std::fmt;
use std::sync::Arc;

pub use error::FilesError;

use crate::api::fs::FsClient;
use crate::api::types::Stat;
use crate::runtime::Client;
use source::Source;

/// The inode of the root folder.
const ROOT: u64 = 1;
const DEFAULT_PART_BYTES: usize = 4 << 20;

/// The files of a model. An example of a path is `src/main.py`; the root folder's path is empty.
///
/// Files are streamed, and never held in memory. Existing files are kept unless they are overwritten.
///
/// ```no_run
/// # async fn example(client: decthings::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use decthings::files::ModelFiles;
///
/// let files = ModelFiles::new(&client, "model-id");
/// files.upload("my-model", "").await?;
/// files.write("notes.txt", &mut b"trained twice".as_slice()).await?;
/// files.download("", "copy-of-my-model").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ModelFiles {
    fs: FsClient,
    #[cfg(feature = "weights")]
    next_fs: crate::weights::fs::FsClient,
    model_id: String,
    source: Source,
    part_bytes: usize,
    progress: Option<Arc<dyn Fn(FilesProgress) + Send + Sync>>,
}

/// The progress of an upload or a download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilesProgress {
    /// The number of complete files and symbolic links.
    pub files: u64,
    /// The number of transferred bytes.
    pub bytes: u64,
}

/// A file or folder in a model's filesystem.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Found {
    /// The inode number.
    pub inode: u64,
    /// The metadata.
    pub stat: Stat,
}

impl ModelFiles {
    /// The files of a model.
    pub fn new(client: &Client, model_id: impl Into<String>) -> Self {
        Self {
            fs: FsClient::new(client),
            #[cfg(feature = "weights")]
            next_fs: crate::weights::fs::FsClient::new(client),
            model_id: model_id.into(),
            source: Source::Model,
            part_bytes: DEFAULT_PART_BYTES,
            progress: None,
        }
    }

    /// Reads the files of this snapshot. They cannot be written.
    pub fn snapshot_id(mut self, snapshot_id: impl Into<String>) -> Self {
        self.source = Source::Snapshot(snapshot_id.into());
        self
    }

    /// Reads the files of this version, which services of the [next revision](crate::weights) have in place of snapshots.
    /// They cannot be written.
    #[cfg(feature = "weights")]
    pub fn version_id(mut self, version_id: impl Into<String>) -> Self {
        self.source = Source::Version(version_id.into());
        self
    }

    /// The maximum number of bytes that a call reads or writes; 4 MiB by default.
    pub fn part_bytes(mut self, part_bytes: usize) -> Self {
        self.part_bytes = part_bytes.max(1);
        self
    }

    /// Calls this function after each part and each file. Each upload and download counts from zero.
    pub fn on_progress(mut self, progress: impl Fn(FilesProgress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// The file or folder with this path; `None` if it does not exist. Symbolic links are not followed.
    ///
    /// # Errors
    ///
    /// A call failed.
    pub async fn find(&self, path: &str) -> Result<Option<Found>, FilesError> {
        let mut found = Found { inode: ROOT, stat: self.getattr(path, ROOT).await? };
        for name in path.split('/').filter(|name| !name.is_empty()) {
            match self.lookup(path, found.inode, name.as_bytes()).await? {
                Some(child) => found = child,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    async fn must_find(&self, path: &str) -> Result<Found, FilesError> {
        self.find(path).await?.ok_or_else(|| FilesError::wrong(path, "no such file or folder"))
    }
}

impl fmt::Debug for ModelFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelFiles")
            .field("model_id", &self.model_id)
            .field("source", &self.source)
            .field("part_bytes", &self.part_bytes)
            .finish_non_exhaustive()
    }
}

/// Counts transferred bytes and files, and reports the progress.
struct Tally<'a> {
    files: &'a ModelFiles,
    done: FilesProgress,
}

impl<'a> Tally<'a> {
    fn new(files: &'a ModelFiles) -> Self {
        Self { files, done: FilesProgress::default() }
    }

    fn bytes(&mut self, bytes: usize) {
        self.done.bytes = self.done.bytes.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.report();
    }

    fn file(&mut self) {
        self.done.files = self.done.files.saturating_add(1);
        self.report();
    }

    fn report(&self) {
        if let Some(progress) = &self.files.progress {
            progress(self.done);
        }
    }
}
