//! `decthings-codegen docs`: writes the reference.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};

use super::definition;
use super::tree::{self, Extra};
use crate::{Base, Files, Revision};

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
    /// The definition of the next revision, built on this one. Its pages are in a folder, and its module in the crate, with
    /// the name of the file; pages of both revisions link to each other, and one lists what has changed.
    #[arg(long, value_name = "FILE")]
    next: Option<PathBuf>,
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
    let mut apis = Vec::new();
    for file in [Some(&arguments.schema), arguments.since.as_ref(), arguments.next.as_ref()] {
        let api =
            file.map(|file| Ok::<_, anyhow::Error>(definition::load(&definition::read(file)?, "no page was written")));
        match api.transpose()? {
            Some(None) => return Ok(None),
            api => apis.push(api.flatten()),
        }
    }
    let [Some(api), since, next] = apis.as_slice() else { return Ok(None) };
    let name = name(&arguments.schema)?;
    let mut revisions = vec![Revision { name, since: since.as_ref(), ..Revision::new(api) }];
    if let (Some(file), Some(next)) = (&arguments.next, next) {
        let (name, base) = (self::name(file)?, Base { api, module: "api" });
        let is_taken = crate::is_folder_of_site(api, name);
        ensure!(!is_taken, "the pages of `{name}` are in a folder that the first revision needs; rename the file");
        revisions.push(Revision { api: next, name, folder: name, module: name, base: Some(base), since: Some(api) });
    }
    let files = crate::site(&revisions, &arguments.crate_name)?;
    tree::apply(&tree::compare(&arguments.out, &files, Extra::Remove(crate::is_part_of_site))?)?;
    println!("{} files; open {}", files.len(), arguments.out.join("index.html").display());
    Ok(Some(files))
}

/// The name of a definition: that of its file.
fn name(file: &Path) -> Result<&str> {
    file.file_stem().and_then(|name| name.to_str()).with_context(|| format!("{} has no name", file.display()))
}
