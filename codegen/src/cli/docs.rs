//! `decthings-codegen docs`: writes the reference.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use super::definition;
use super::tree::{self, Extra};
use crate::Files;

/// Writes the reference of the API: static pages that open from disk.
#[derive(clap::Args)]
pub struct Arguments {
    /// The definition.
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
    /// The folder of the pages. Pages there that are not needed are removed.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The crate with the generated code. Pages link to its docs at `../doc`.
    #[arg(long, value_name = "NAME")]
    crate_name: String,
}

/// Runs the command.
///
/// # Errors
///
/// The definition cannot be read, or the pages cannot be written.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    Ok(write(arguments)?.map_or(ExitCode::FAILURE, |_| ExitCode::SUCCESS))
}

/// Writes the pages, and returns them; `None` if the definition has mistakes, which are shown.
///
/// # Errors
///
/// The definition cannot be read, or the pages cannot be written.
pub fn write(arguments: &Arguments) -> Result<Option<Files>> {
    let source = definition::read(&arguments.schema)?;
    let Some(api) = definition::load(&source, "no page was written") else { return Ok(None) };
    let files = crate::site(&api, &arguments.crate_name)?;
    tree::apply(&tree::compare(&arguments.out, &files, Extra::Remove(is_page))?)?;
    println!("{} files; open {}", files.len(), arguments.out.join("index.html").display());
    Ok(Some(files))
}

/// Whether a file is a page or what pages load.
fn is_page(path: &Path, text: &str) -> bool {
    let assets = ["assets/style.css", "assets/site.js", "assets/search.js"];
    text.contains(crate::PAGE_MARK) || assets.iter().any(|name| path.ends_with(name))
}
