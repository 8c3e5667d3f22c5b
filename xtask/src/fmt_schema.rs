//! `cargo xtask fmt-schema`: formats definitions.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use decthings_codegen::{Files, Source};

use crate::{mistakes, tree};

/// Puts keywords in the order of the format, and breaks lines by one rule.
#[derive(clap::Args)]
pub struct Arguments {
    /// Change nothing; print the differences, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// The definitions.
    #[arg(value_name = "FILE", default_value = "schema/decthings.json")]
    files: Vec<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut differences = Vec::new();
    for file in &arguments.files {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let formatted = match decthings_codegen::format(&Source::new(file.display().to_string(), text)) {
            Ok(formatted) => formatted,
            Err(report) => {
                mistakes::show(&report, "nothing was written");
                return Ok(ExitCode::FAILURE);
            }
        };
        // A path joined to no folder is the path itself.
        let files = Files::from([(file.display().to_string(), formatted)]);
        differences.extend(tree::compare(Path::new(""), &files, false)?);
    }
    if !arguments.check {
        tree::apply(&differences)?;
        return Ok(ExitCode::SUCCESS);
    }
    for difference in &differences {
        print!("{difference}");
    }
    if differences.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: the definition is not in its canonical form");
    eprintln!("help: run `cargo xtask fmt-schema` and commit what it changes");
    Ok(ExitCode::FAILURE)
}
