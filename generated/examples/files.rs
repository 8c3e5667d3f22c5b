//! Brings a folder to the filesystem of a model, and only what has changed since the last time.
//!
//! ```console
//! $ cargo run --example files -- my-model/src
//! ```

mod common;

use std::fs as disk;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use decthings::api::fs::{FsClient, LookupError};
use decthings::types::FileTime;

/// The inode of a filesystem's own folder.
const ROOT: u64 = 1;

#[tokio::main]
async fn main() -> common::Result {
    let default = || concat!(env!("CARGO_MANIFEST_DIR"), "/examples").to_owned();
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(default));
    let (client, _server) = common::connect().await?;
    let model_id = common::new_model(&client, "files").await?;
    for _ in 0..2 {
        let (written, same) = sync(&client.fs(), &model_id, &folder).await?;
        println!("{written} files written, {same} were the same");
    }
    for entry in client.fs().readdir(&model_id, ROOT).await?.entries {
        println!("  {}", entry.basename.to_string_lossy());
    }
    Ok(())
}

/// Makes the filesystem have what the folder has; how many files were written, and how many were there already.
async fn sync(fs: &FsClient, model_id: &str, folder: &Path) -> common::Result<(u32, u32)> {
    let (mut written, mut same) = (0_u32, 0_u32);
    let mut folders = vec![(folder.to_owned(), ROOT)];
    while let Some((folder, parent)) = folders.pop() {
        for entry in disk::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().into_string().map_err(|name| format!("{name:?} is not UTF-8"))?;
            let there = match fs.lookup(model_id, parent, name.as_str()).await {
                Ok(found) => Some(found),
                Err(error) if error.api() == Some(&LookupError::Enoent) => None,
                Err(error) => return Err(error.into()),
            };
            let (metadata, inode) = (entry.metadata()?, there.as_ref().map(|found| found.inode));
            if metadata.is_dir() {
                let inode = match inode {
                    Some(inode) => inode,
                    None => fs.mkdir(model_id, parent, name.as_str(), 0o755).await?.inode,
                };
                folders.push((entry.path(), inode));
                continue;
            }
            let changed = metadata.modified()?.duration_since(UNIX_EPOCH)?;
            let time = FileTime::new(i64::try_from(changed.as_secs())?, changed.subsec_nanos().into());
            if there.is_some_and(|found| (found.stat.size, found.stat.mtime) == (metadata.len(), time.sec)) {
                same = same.saturating_add(1);
                continue;
            }
            let inode = match inode {
                Some(inode) => inode,
                None => fs.mknod(model_id, parent, name.as_str(), 0o100_644, 0).await?.inode,
            };
            fs.write(model_id, inode, disk::read(entry.path())?, 0).truncate(true).await?;
            fs.setattr(model_id, inode).mtime(time).await?;
            written = written.saturating_add(1);
        }
    }
    Ok((written, same))
}
