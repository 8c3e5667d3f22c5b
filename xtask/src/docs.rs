//! `cargo xtask docs`: writes the reference.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use decthings_codegen::Source;

use crate::{links, mistakes, tree};

/// Writes the reference of the API: static pages that open from disk.
#[derive(clap::Args)]
pub struct Arguments {
    /// The definition.
    #[arg(long, value_name = "FILE", default_value = "schema/decthings.json")]
    schema: PathBuf,
    /// The folder that is replaced by the pages.
    #[arg(long, value_name = "DIR", default_value = "target/reference")]
    out: PathBuf,
    /// Also check the links into the crate's docs, which have to be built; exit with 1 if any is broken.
    #[arg(long)]
    check_links: bool,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let path = arguments.schema.display();
    let text = std::fs::read_to_string(&arguments.schema).with_context(|| format!("cannot read {path}"))?;
    let api = match decthings_codegen::load(&Source::new(path.to_string(), text)) {
        Ok(api) => api,
        Err(report) => {
            mistakes::show(&report, "no page was written");
            return Ok(ExitCode::FAILURE);
        }
    };
    let files = decthings_codegen::site(&api)?;
    tree::apply(&tree::compare(&arguments.out, &files, true)?)?;
    println!("{} files; open {}", files.len(), arguments.out.join("index.html").display());
    if !arguments.check_links {
        println!("links into the crate's docs need `cargo doc -p decthings --no-deps --all-features`");
        return Ok(ExitCode::SUCCESS);
    }
    let (links, dangling) = links::into_docs(&files, &arguments.out)?;
    for link in &dangling {
        eprintln!("error: {link} is a broken link");
    }
    println!("{links} links into the crate's docs, {} of them broken", dangling.len());
    Ok(if dangling.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
