//! Downloads files and folders.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;

use super::local::{Kind, local_name, permit, symlink};
use super::{FilesError, FilesProgress, ModelFiles, Tally};
use crate::api::types::Stat;
use crate::runtime::blob::Part;

/// A file, folder or link to download.
struct Item {
    path: String,
    inode: u64,
    local: PathBuf,
}

impl ModelFiles {
    /// Downloads a folder of the model, including its contents, permissions and symbolic links, to a local folder, or a
    /// file to a local file. The local folder is created if its parent exists. Other local files are kept.
    ///
    /// A file gets its name when it is complete. Names that lead out of their folder are rejected, and symbolic links are
    /// not followed.
    ///
    /// # Errors
    ///
    /// A file cannot be read or written locally, a call failed, or a file and a folder have the same path.
    pub async fn download(&self, from: &str, to: impl AsRef<Path>) -> Result<FilesProgress, FilesError> {
        let from = from.trim_matches('/');
        let found = self.must_find(from).await?;
        let (mut tally, mut folders) = (Tally::new(self), BTreeSet::new());
        let mut left = vec![Item { path: from.to_owned(), inode: found.inode, local: to.as_ref().to_owned() }];
        while let Some(item) = left.pop() {
            let stat = self.getattr(&item.path, item.inode).await?;
            match Kind::of_mode(stat.mode) {
                Kind::Folder => {
                    let is_first = folders.is_empty();
                    if !folders.insert(item.inode) {
                        return Err(FilesError::wrong(&item.path, "the folder contains itself, or is listed twice"));
                    }
                    make_folder(&item.local, is_first)
                        .await
                        .map_err(|error| FilesError::io(item.local.display(), error))?;
                    self.list(&item, &mut left).await?;
                }
                Kind::File => {
                    self.download_file(&item, &stat, &mut tally).await?;
                    tally.file();
                }
                Kind::Link => {
                    self.download_link(&item).await?;
                    tally.file();
                }
                // Of no use on another machine.
                Kind::Special => {}
            }
        }
        Ok(tally.done)
    }

    async fn list(&self, item: &Item, left: &mut Vec<Item>) -> Result<(), FilesError> {
        for (basename, inode) in self.readdir(&item.path, item.inode).await? {
            // Some filesystems list the folder itself and its parent.
            if matches!(basename.as_bytes(), b"." | b"..") {
                continue;
            }
            let slash = if item.path.is_empty() { "" } else { "/" };
            let path = format!("{}{slash}{}", item.path, basename.to_string_lossy());
            let Some(name) = local_name(&basename) else {
                return Err(FilesError::wrong(path, "invalid file name on this machine"));
            };
            left.push(Item { path, inode, local: item.local.join(name) });
        }
        Ok(())
    }

    async fn download_file(&self, item: &Item, stat: &Stat, tally: &mut Tally<'_>) -> Result<(), FilesError> {
        let failed = |error| FilesError::io(item.local.display(), error);
        let folder = item.local.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (part, mut file) = Part::create(folder).await.map_err(failed)?;
        self.read_file(&item.path, item.inode, &mut file, tally).await?;
        drop(file);
        permit(part.path(), stat.mode).await.map_err(failed)?;
        part.rename(&item.local).await.map_err(failed)
    }

    async fn download_link(&self, item: &Item) -> Result<(), FilesError> {
        let link = self.readlink(&item.path, item.inode).await?;
        let failed = |error| FilesError::io(item.local.display(), error);
        let link = link.bytes().await.map_err(failed)?;
        match fs::remove_file(&item.local).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => symlink(&link, &item.local).await.map_err(failed),
        }
    }
}

/// Creates a folder, unless it exists. Only the folder that the caller has named may be a symbolic link to one.
async fn make_folder(path: &Path, is_named: bool) -> io::Result<()> {
    let metadata = if is_named { fs::metadata(path).await } else { fs::symlink_metadata(path).await };
    match metadata {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(_) => Err(io::Error::new(io::ErrorKind::NotADirectory, "exists and is not a folder")),
        Err(_) => fs::create_dir(path).await,
    }
}
