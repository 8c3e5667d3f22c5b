//! What several of the tests need.

pub mod codec;
mod log;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use log::{KEY, Log, keep_log, tell};

/// Files of a folder, by path relative to it, with `/` between names.
pub fn read_tree(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(current) = rest.pop() {
        let Ok(entries) = std::fs::read_dir(&current) else { continue };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() {
                rest.push(path);
            } else if let (Ok(name), Ok(text)) = (path.strip_prefix(folder), std::fs::read_to_string(&path)) {
                files.insert(name.to_string_lossy().replace('\\', "/"), text);
            }
        }
    }
    files
}

/// A path relative to the root of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|root| root.join(path)).unwrap_or_default()
}

/// The folders directly inside a folder, by name.
pub fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .collect();
    folders.sort();
    folders
}

/// A readable difference of two texts; empty when they are equal.
pub fn difference(old: &str, new: &str, name: &str) -> String {
    let (before, after) = (format!("{name} (committed)"), format!("{name} (fresh)"));
    similar::TextDiff::from_lines(old, new).unified_diff().header(&before, &after).to_string()
}

/// A small deterministic source of numbers, for tests that mutate inputs.
pub struct Dice(u64);

impl Dice {
    /// Starts at a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `limit`; 0 when there is none.
    pub fn roll(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 as usize).checked_rem(limit).unwrap_or_default()
    }
}
