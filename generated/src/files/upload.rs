//! Uploads files and folders.

use std::path::Path;

use tokio::fs;

use super::local::{Kind, encode, permissions};
use super::{FilesError, FilesProgress, Found, ModelFiles, Tally};

/// A local file, folder or link, with its folder and name in the model's filesystem.
struct Item {
    local: std::path::PathBuf,
    path: String,
    parent: u64,
    name: Vec<u8>,
}

impl ModelFiles {
    /// Uploads a local folder, including its contents, permissions and symbolic links, to a folder of the model, or a file
    /// to this path. The model's folder is created if its parent exists. Other files of the model are kept.
    ///
    /// # Errors
    ///
    /// A file cannot be read locally, a call failed, or a file and a folder have the same path.
    pub async fn upload(&self, from: impl AsRef<Path>, to: &str) -> Result<FilesProgress, FilesError> {
        let (from, to) = (from.as_ref(), to.trim_matches('/'));
        let mut tally = Tally::new(self);
        let mut left = Vec::new();
        let (folder, name) = to.rsplit_once('/').unwrap_or(("", to));
        let parent = self.must_find(folder).await?.inode;
        if name.is_empty() {
            list(from, to, parent, &mut left).await?;
        } else {
            let (local, name) = (from.to_owned(), name.as_bytes().to_vec());
            left.push(Item { local, path: to.to_owned(), parent, name });
        }
        while let Some(item) = left.pop() {
            if let Some(folder) = self.upload_item(&item, &mut tally).await? {
                list(&item.local, &item.path, folder, &mut left).await?;
            }
        }
        Ok(tally.done)
    }

    /// Returns the inode of a folder, whose contents are still to be uploaded.
    async fn upload_item(&self, item: &Item, tally: &mut Tally<'_>) -> Result<Option<u64>, FilesError> {
        let failed = |error| FilesError::io(item.local.display(), error);
        let metadata = fs::symlink_metadata(&item.local).await.map_err(failed)?;
        match Kind::of(&metadata) {
            Kind::Folder => return self.folder(item, permissions(&metadata)).await.map(|found| Some(found.inode)),
            Kind::Link => {
                let link = fs::read_link(&item.local).await.map_err(failed)?;
                self.link(item, encode(link.as_os_str()).unwrap_or_default()).await?;
            }
            Kind::File => {
                let wanted = permissions(&metadata);
                let mut file = fs::File::open(&item.local).await.map_err(failed)?;
                let found = self.open(&item.path, item.parent, &item.name, wanted).await?;
                self.write_file(&item.path, found.inode, &mut file, tally).await?;
                let mode = (found.stat.mode & !0o777) | wanted;
                if mode != found.stat.mode {
                    let set = self.fs.setattr(&self.model_id, found.inode).mode(mode).await;
                    set.map_err(|error| FilesError::api(&item.path, error.into_raw()))?;
                }
            }
            // Of no use on another machine.
            Kind::Special => return Ok(None),
        }
        tally.file();
        Ok(None)
    }

    async fn folder(&self, item: &Item, permissions: u32) -> Result<Found, FilesError> {
        match self.lookup(&item.path, item.parent, &item.name).await? {
            Some(found) if Kind::of_mode(found.stat.mode) == Kind::Folder => Ok(found),
            Some(_) => Err(FilesError::wrong(&item.path, "exists and is not a folder")),
            None => {
                let made = self.fs.mkdir(&self.model_id, item.parent, item.name.clone(), permissions).await;
                let made = made.map_err(|error| FilesError::api(&item.path, error.into_raw()))?;
                Ok(Found { inode: made.inode, stat: made.stat })
            }
        }
    }

    async fn link(&self, item: &Item, to: Vec<u8>) -> Result<(), FilesError> {
        match self.lookup(&item.path, item.parent, &item.name).await? {
            Some(found) if Kind::of_mode(found.stat.mode) == Kind::Folder => {
                return Err(FilesError::wrong(&item.path, "exists and is a folder"));
            }
            Some(_) => {
                let removed = self.fs.unlink(&self.model_id, item.parent, item.name.clone()).await;
                removed.map_err(|error| FilesError::api(&item.path, error.into_raw()))?;
            }
            None => {}
        }
        let made = self.fs.symlink(&self.model_id, item.parent, item.name.clone(), to).await;
        made.map(drop).map_err(|error| FilesError::api(&item.path, error.into_raw()))
    }
}

/// Adds the contents of a folder.
async fn list(folder: &Path, path: &str, parent: u64, left: &mut Vec<Item>) -> Result<(), FilesError> {
    let failed = |error| FilesError::io(folder.display(), error);
    let mut entries = fs::read_dir(folder).await.map_err(failed)?;
    while let Some(entry) = entries.next_entry().await.map_err(failed)? {
        let (local, name) = (entry.path(), entry.file_name());
        let Some(bytes) = encode(&name) else {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidData, "the name is not Unicode");
            return Err(FilesError::io(local.display(), error));
        };
        let slash = if path.is_empty() { "" } else { "/" };
        let path = format!("{path}{slash}{}", name.to_string_lossy());
        left.push(Item { local, path, parent, name: bytes });
    }
    Ok(())
}
