//! Links of the reference into the docs of the crate, which stand beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use decthings_codegen::Files;

/// How many places of the docs the pages in `folder` link to, and which of them are not there.
///
/// # Errors
///
/// There are no such links.
pub fn into_docs(pages: &Files, folder: &Path) -> Result<(usize, Vec<String>)> {
    let mut links = BTreeSet::new();
    for (page, text) in pages.iter().filter(|(page, _)| page.ends_with(".html")) {
        let from = Path::new(page).parent().unwrap_or(Path::new(""));
        for link in text.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            if link.contains("../doc/") {
                links.insert((from.join(link.split('#').next().unwrap_or(link)), fragment(link)));
            }
        }
    }
    ensure!(!links.is_empty(), "the pages have no link into the crate's docs");
    let mut docs: BTreeMap<&PathBuf, Option<String>> = BTreeMap::new();
    let mut dangling = Vec::new();
    for (path, fragment) in &links {
        let text = docs.entry(path).or_insert_with(|| std::fs::read_to_string(folder.join(path)).ok());
        let is_there = |text: &String| fragment.is_empty() || text.contains(&format!("id=\"{fragment}\""));
        if !text.as_ref().is_some_and(is_there) {
            dangling.push(format!("{}#{fragment}", path.display()));
        }
    }
    Ok((links.len(), dangling))
}

fn fragment(link: &str) -> String {
    link.split_once('#').map(|(_, fragment)| fragment.to_owned()).unwrap_or_default()
}
