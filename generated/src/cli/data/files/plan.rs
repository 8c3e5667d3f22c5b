//! What a sync would do.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use decthings::Client;
use decthings::types::{FileTime, Stat};

use crate::failure::Failure;

/// The bits of a mode with the kind of a file.
const KIND: u32 = 0o170_000;

/// The kinds of files that are transferred.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    File,
    Folder,
    Link,
}

/// A change of the model's files.
pub(super) enum Step {
    Folder { path: String, permissions: u32 },
    Send { local: PathBuf, path: String, bytes: u64, changed: Option<FileTime> },
    Permit { path: String, permissions: u32 },
    Delete { path: String, name: Vec<u8>, is_folder: bool },
}

/// A folder, and its counterpart if it exists.
struct Item {
    local: PathBuf,
    path: String,
    inode: Option<u64>,
}

/// A local file.
struct Local {
    path: PathBuf,
    kind: Kind,
    metadata: Metadata,
}

/// A file of the model.
struct Remote {
    kind: Option<Kind>,
    inode: u64,
    name: Vec<u8>,
}

/// Compares a folder with one of the model, and lists what differs: in the order in which to change it.
pub(super) async fn plan(
    client: &Client,
    model: &str,
    folder: &Path,
    (path, inode): (&str, Option<u64>),
    deletes: bool,
) -> Result<(Vec<Step>, u64), Failure> {
    let (mut steps, mut same) = (Vec::new(), 0_u64);
    let mut left = vec![Item { local: folder.to_owned(), path: path.to_owned(), inode }];
    while let Some(item) = left.pop() {
        let mut remote = match item.inode {
            Some(inode) => remote(client, model, inode).await?,
            None => BTreeMap::new(),
        };
        for (name, local) in local(&item.local)? {
            let path = join(&item.path, &name);
            let mut found = remote.remove(name.as_bytes());
            if let Some(other) = found.take_if(|found| found.kind != Some(local.kind)) {
                if !deletes {
                    let reason = "is of another kind in the model; --delete replaces it";
                    return Err(Failure::usage(format!("{} {reason}", local.path.display())));
                }
                steps.push(other.delete(&item.path));
            }
            let permissions = permissions(&local.metadata);
            if local.kind == Kind::Folder {
                if found.is_none() {
                    steps.push(Step::Folder { path: path.clone(), permissions });
                }
                left.push(Item { local: local.path, path, inode: found.map(|found| found.inode) });
                continue;
            }
            let is_same = match &found {
                Some(found) => is_same(client, model, &local, found.inode).await?,
                None => None,
            };
            match is_same {
                Some(mode) if local.kind == Kind::File && mode & 0o777 != permissions => {
                    steps.push(Step::Permit { path, permissions });
                }
                Some(_) => same = same.saturating_add(1),
                None => {
                    let changed = (local.kind == Kind::File).then(|| changed(&local.metadata)).flatten();
                    steps.push(Step::Send { local: local.path, path, bytes: local.metadata.len(), changed });
                }
            }
        }
        if deletes {
            steps.extend(remote.into_values().map(|gone| gone.delete(&item.path)));
        }
    }
    Ok((steps, same))
}

/// The mode of a file of the model, if its content is that of the local one.
async fn is_same(client: &Client, model: &str, local: &Local, inode: u64) -> Result<Option<u32>, Failure> {
    if local.kind == Kind::Link {
        let target = std::fs::read_link(&local.path)?;
        let link = client.fs().readlink(model, inode).await?.link.bytes().await?;
        return Ok((target.as_os_str().as_encoded_bytes() == &link[..]).then_some(0));
    }
    let stat: Stat = client.fs().getattr(model, inode).await?.stat;
    let time = FileTime::new(stat.mtime, stat.mtime_nsec);
    let is_same = stat.size == local.metadata.len() && changed(&local.metadata) == Some(time);
    Ok(is_same.then_some(stat.mode))
}

impl Remote {
    fn delete(self, folder: &str) -> Step {
        let path = join(folder, &String::from_utf8_lossy(&self.name));
        Step::Delete { path, name: self.name, is_folder: self.kind == Some(Kind::Folder) }
    }
}

async fn remote(client: &Client, model: &str, inode: u64) -> Result<BTreeMap<Vec<u8>, Remote>, Failure> {
    let listed = client.fs().readdir(model, inode).await?;
    let files = listed.entries.into_iter().filter(|entry| !matches!(entry.basename.as_bytes(), b"." | b".."));
    let files = files.map(|entry| {
        let kind = match entry.filetype & KIND {
            0o100_000 => Some(Kind::File),
            0o040_000 => Some(Kind::Folder),
            0o120_000 => Some(Kind::Link),
            _ => None,
        };
        let name = entry.basename.as_bytes().to_vec();
        (name.clone(), Remote { kind, inode: entry.ino, name })
    });
    Ok(files.collect())
}

/// The files in a local folder. Devices, sockets and pipes are of no use in a model.
fn local(folder: &Path) -> Result<BTreeMap<String, Local>, Failure> {
    let failed = |error: std::io::Error| Failure::other(format!("{}: {error}", folder.display()));
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, metadata) = (entry.path(), entry.metadata().map_err(failed)?);
        let kind = match metadata.file_type() {
            kind if kind.is_symlink() => Kind::Link,
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_file() => Kind::File,
            _ => continue,
        };
        let name = entry.file_name().into_string();
        let name = name.map_err(|_| Failure::usage(format!("{}: the name is not Unicode", path.display())))?;
        files.insert(name, Local { path, kind, metadata });
    }
    Ok(files)
}

/// When a file was last changed.
fn changed(metadata: &Metadata) -> Option<FileTime> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(FileTime::new(i64::try_from(since.as_secs()).ok()?, i64::from(since.subsec_nanos())))
}

#[cfg(unix)]
fn permissions(metadata: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

#[cfg(not(unix))]
fn permissions(metadata: &Metadata) -> u32 {
    if metadata.is_dir() { 0o755 } else { 0o644 }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
