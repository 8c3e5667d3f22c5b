//! Folders from there to here.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs;

use super::local::{Kind, local_name, permit, symlink};
use super::{FilesError, FilesProgress, ModelFiles, Tally};
use crate::api::types::Stat;
use crate::runtime::blob::Part;

/// Something to be downloaded.
struct Item {
    path: String,
    inode: u64,
    local: PathBuf,
}

impl ModelFiles {
    /// Brings a folder of the model, with all that is in it, with permissions and symbolic links, into a folder here;
    /// or a file under this path. The folder is made if its parent is there. What is here alone is kept.
    ///
    /// A file has its name only when it is complete. Names that lead out of their folder are refused, and symbolic
    /// links are not followed on the way.
    ///
    /// # Errors
    ///
    /// Something cannot be read there or written here, or a file is in the way of a folder, or the other way round.
    pub async fn download(&self, from: &str, to: impl AsRef<Path>) -> Result<FilesProgress, FilesError> {
        let from = from.trim_matches('/');
        let found = self.must_find(from).await?;
        let (mut tally, mut folders) = (Tally::new(self), BTreeSet::new());
        let mut left = vec![Item { path: from.to_owned(), inode: found.inode, local: to.as_ref().to_owned() }];
        while let Some(item) = left.pop() {
            let call = self.fs.getattr(&self.model_id, item.inode).with(|mut request| {
                request.snapshot_id = self.snapshot_id.clone();
                request
            });
            let stat = call.await.map_err(|error| FilesError::api(&item.path, error.into_raw()))?.stat;
            match Kind::of_mode(stat.mode) {
                Kind::Folder => {
                    let is_first = folders.is_empty();
                    if !folders.insert(item.inode) {
                        return Err(FilesError::wrong(&item.path, "the folder is inside of itself, or there twice"));
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
                // Of no use to another machine.
                Kind::Special => {}
            }
        }
        Ok(tally.done)
    }

    async fn list(&self, item: &Item, left: &mut Vec<Item>) -> Result<(), FilesError> {
        let call = self.fs.readdir(&self.model_id, item.inode).with(|mut request| {
            request.snapshot_id = self.snapshot_id.clone();
            request
        });
        let listed = call.await.map_err(|error| FilesError::api(&item.path, error.into_raw()))?;
        for entry in listed.entries {
            // Some filesystems list a folder in itself.
            if matches!(entry.basename.as_bytes(), b"." | b"..") {
                continue;
            }
            let slash = if item.path.is_empty() { "" } else { "/" };
            let path = format!("{}{slash}{}", item.path, entry.basename.to_string_lossy());
            let Some(name) = local_name(&entry.basename) else {
                return Err(FilesError::wrong(path, "no file of this machine can have this name"));
            };
            left.push(Item { path, inode: entry.ino, local: item.local.join(name) });
        }
        Ok(())
    }

    async fn download_file(&self, item: &Item, stat: &Stat, tally: &mut Tally<'_>) -> Result<(), FilesError> {
        let here = |error| FilesError::io(item.local.display(), error);
        let folder = item.local.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (part, mut file) = Part::create(folder).await.map_err(here)?;
        self.read_file(&item.path, item.inode, &mut file, tally).await?;
        drop(file);
        permit(part.path(), stat.mode).await.map_err(here)?;
        part.rename(&item.local).await.map_err(here)
    }

    async fn download_link(&self, item: &Item) -> Result<(), FilesError> {
        let call = self.fs.readlink(&self.model_id, item.inode).with(|mut request| {
            request.snapshot_id = self.snapshot_id.clone();
            request
        });
        let link = call.await.map_err(|error| FilesError::api(&item.path, error.into_raw()))?.link;
        let here = |error| FilesError::io(item.local.display(), error);
        match fs::remove_file(&item.local).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(here(error)),
            _ => symlink(&link, &item.local).await.map_err(here),
        }
    }
}

/// Makes a folder, unless it is there. A link to one counts only where the user has named it.
async fn make_folder(path: &Path, is_named: bool) -> io::Result<()> {
    let there = if is_named { fs::metadata(path).await } else { fs::symlink_metadata(path).await };
    match there {
        Ok(there) if there.is_dir() => Ok(()),
        Ok(_) => Err(io::Error::new(io::ErrorKind::NotADirectory, "it is there, and no folder")),
        Err(_) => fs::create_dir(path).await,
    }
}
