//! Formats generated code as `cargo fmt` formats the code beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};

use crate::Files;

/// Formats the files of a module with `rustfmt`. The module starts at `mod.rs`, and the settings are those for files in
/// `folder`.
///
/// # Errors
///
/// `rustfmt` cannot be run or rejects the code, or the temporary files cannot be written.
pub fn format(files: Files, folder: &Path) -> Result<Files> {
    let settings = settings(folder)?;
    let folder = TemporaryFolder::new()?;
    for (path, text) in &files {
        let path = folder.0.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create the folder {}", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    // One process formats all files: it follows the module's `mod` items.
    let output = Command::new("rustfmt")
        .args(["--edition", "2024"])
        .args(settings.iter().flat_map(|settings| [Path::new("--config-path"), settings]))
        .arg(folder.0.join("mod.rs"))
        .output()
        .context("cannot run `rustfmt`; `rustup component add rustfmt` installs it")?;
    ensure!(output.status.success(), "rustfmt: {}", String::from_utf8_lossy(&output.stderr).trim());
    let read = |path: String| {
        let text = fs::read_to_string(folder.0.join(&path)).with_context(|| format!("cannot read {path}"))?;
        Ok((path, text))
    };
    files.into_keys().map(read).collect()
}

/// The settings that `rustfmt` would find for files in this folder.
fn settings(folder: &Path) -> Result<Option<PathBuf>> {
    let folder = std::path::absolute(folder)?;
    let files = folder.ancestors().flat_map(|folder| ["rustfmt.toml", ".rustfmt.toml"].map(|name| folder.join(name)));
    Ok(files.into_iter().find(|path| path.is_file()))
}

/// A folder that is removed when it is dropped.
struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    fn new() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("decthings-rustfmt-{}-{number}", std::process::id()));
        fs::create_dir(&path).with_context(|| format!("cannot create the folder {}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        // What cannot be removed here is left to the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}
