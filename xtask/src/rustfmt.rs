//! Formats generated code as `cargo fmt` formats the code beside it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, ensure};
use decthings_codegen::Files;

/// Formats the files of a module with `rustfmt` and the settings of this repository. The module starts at `mod.rs`.
///
/// # Errors
///
/// `rustfmt` cannot be run or rejects the code, or the temporary files cannot be written.
pub fn format(files: Files) -> Result<Files> {
    let folder = TemporaryFolder::new()?;
    for (path, text) in &files {
        let path = folder.0.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create the folder {}", parent.display()))?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("rustfmt.toml");
    // One process formats all files: it follows the module's `mod` items.
    let output = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .args([settings, folder.0.join("mod.rs")])
        .output()
        .context("cannot run `rustfmt`; `rustup component add rustfmt` installs it")?;
    ensure!(output.status.success(), "rustfmt: {}", String::from_utf8_lossy(&output.stderr).trim());
    let read = |path: String| {
        let text = fs::read_to_string(folder.0.join(&path)).with_context(|| format!("cannot read {path}"))?;
        Ok((path, text))
    };
    files.into_keys().map(read).collect()
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
