//! Files that are not finished, or not anybody's yet.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::{fs, io};

use tokio::fs::File;

/// A file under a temporary name. It is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Part(PathBuf);

impl Part {
    /// A new file in a folder, open for writing.
    pub(crate) async fn create(folder: &Path) -> io::Result<(Self, File)> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!(".decthings-{}-{number}.part", std::process::id()));
            // Whoever has this name was left behind by a process that was killed.
            match File::options().write(true).create_new(true).open(&path).await {
                Ok(file) => return Ok((Self(path), file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Gives it its name, in place of what has it.
    pub(crate) async fn rename(self, to: &Path) -> io::Result<()> {
        // The name is free then, so that there is nothing to remove.
        tokio::fs::rename(&self.0, to).await
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It is gone if it has another name by now.
        let _ = fs::remove_file(&self.0);
    }
}
