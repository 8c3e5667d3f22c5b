//! Compares files on disk with expected files, and writes these.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use similar::TextDiff;

use crate::Files;

/// A file that differs from what is expected.
pub struct Difference {
    path: PathBuf,
    /// The text on disk, if there is such a file.
    old: Option<String>,
    /// The expected text, if there should be such a file.
    new: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display().to_string();
        let (old, new) = (self.old.as_deref().unwrap_or_default(), self.new.as_deref().unwrap_or_default());
        let name = |side: &Option<String>| if side.is_some() { path.clone() } else { "/dev/null".to_owned() };
        let (before, after) = (name(&self.old), name(&self.new));
        write!(f, "{}", TextDiff::from_lines(old, new).unified_diff().header(&before, &after))
    }
}

/// What is done with the other files of a folder.
#[derive(Clone, Copy)]
pub enum Extra {
    /// They stay.
    Ignore,
    /// They are removed. What this function says, by path and text, not to be generated is neither removed nor replaced, but
    /// an error.
    Remove(fn(&Path, &str) -> bool),
}

/// Compares a folder with the expected files.
///
/// # Errors
///
/// A file cannot be read, or would have to be removed or replaced and was not generated.
pub fn compare(folder: &Path, files: &Files, extra: Extra) -> Result<Vec<Difference>> {
    let mut wanted: BTreeMap<PathBuf, &String> = files.iter().map(|(path, text)| (folder.join(path), text)).collect();
    let present = match extra {
        Extra::Ignore => wanted.keys().cloned().collect(),
        Extra::Remove(_) => list(folder)?,
    };
    let mut differences = Vec::new();
    for path in present {
        let new = wanted.remove(&path);
        let old = read(&path)?;
        if old.as_ref() != new {
            if let (Extra::Remove(is_generated), Some(text)) = (extra, &old) {
                let hint = "remove it, or choose a folder for generated files alone";
                ensure!(is_generated(&path, text), "{} was not generated: {hint}", path.display());
            }
            differences.push(Difference { path, old, new: new.cloned() });
        }
    }
    differences.extend(wanted.into_iter().map(|(path, text)| Difference { path, old: None, new: Some(text.clone()) }));
    differences.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(differences)
}

/// Writes the expected files, and removes the others.
///
/// # Errors
///
/// A file or a folder cannot be written.
pub fn apply(differences: &[Difference]) -> Result<()> {
    for Difference { path, new, .. } in differences {
        let Some(text) = new else {
            fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
            // A folder goes with its last file; one that is not empty stays.
            path.parent().map(fs::remove_dir);
            continue;
        };
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("cannot create the folder {}", parent.display()))?;
        }
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        // Generated files are UTF-8; other bytes are compared as they are decoded.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read the folder {}", folder.display())),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() { files.extend(list(&path)?) } else { files.push(path) }
    }
    Ok(files)
}
