//! `cargo xtask docs`: writes the reference, and checks its links.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, ensure};
use decthings_codegen::Files;
use decthings_codegen::cli::docs;

/// Writes the reference of the API: static pages that open from disk.
#[derive(clap::Args)]
// The flattened arguments have a group of the same name.
#[group(skip)]
pub struct Arguments {
    #[command(flatten)]
    pages: docs::Arguments,
    /// Also check the links into the crate's docs, which have to be built; exit with 1 if any is broken.
    #[arg(long)]
    check_links: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let Some(files) = docs::write(&arguments.pages)? else { return Ok(ExitCode::FAILURE) };
    if !arguments.check_links {
        println!("links into the crate's docs need `cargo doc -p decthings --no-deps --all-features`");
        return Ok(ExitCode::SUCCESS);
    }
    let (links, dangling) = links_into_docs(&files, &arguments.pages.out)?;
    for link in &dangling {
        eprintln!("error: {link} is a broken link");
    }
    println!("{links} links into the crate's docs, {} of them broken", dangling.len());
    Ok(if dangling.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How many places of the docs the pages in `folder` link to, and which of them are not there.
///
/// # Errors
///
/// There are no such links.
fn links_into_docs(pages: &Files, folder: &Path) -> Result<(usize, Vec<String>)> {
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
