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
    /// An older definition: a page lists what has changed since.
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
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
    let load = |file: &Path| Ok::<_, anyhow::Error>(definition::load(&definition::read(file)?, "no page was written"));
    let Some(api) = load(&arguments.schema)? else { return Ok(None) };
    let previous = match &arguments.since {
        Some(file) => match load(file)? {
            Some(previous) => Some(previous),
            None => return Ok(None),
        },
        None => None,
    };
    let files = crate::site(&api, &arguments.crate_name, previous.as_ref())?;
    tree::apply(&tree::compare(&arguments.out, &files, Extra::Remove(crate::is_part_of_site))?)?;
    println!("{} files; open {}", files.len(), arguments.out.join("index.html").display());
    Ok(Some(files))
}
