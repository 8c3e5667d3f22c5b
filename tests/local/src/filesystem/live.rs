//! Folders of this machine that are the files of models.

use std::collections::hash_map::DefaultHasher;
use std::fs::{read_dir, symlink_metadata};
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Whether an entry of such a folder is left out: hidden ones, what Python caches, and virtual environments.
pub(crate) fn is_left_out(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(b".") || name == b"__pycache__" || path.join("pyvenv.cfg").is_file()
}

/// A number that changes with the files in a folder.
pub(crate) fn fingerprint(folder: &Path) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder) = left.pop() {
        let mut entries: Vec<_> = read_dir(&folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(|entry| entry.file_name());
        for path in entries.iter().map(|entry| entry.path()).filter(|path| !is_left_out(path)) {
            let metadata = symlink_metadata(&path)?;
            let times = (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec());
            (&path, metadata.ino(), metadata.len(), metadata.mode(), times).hash(&mut hasher);
            if metadata.is_dir() {
                left.push(path);
            }
        }
    }
    Ok(hasher.finish())
}
