//! `decthings-codegen new-method` and `fmt`: edit definitions.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::definition;
use super::tree::{self, Extra};
use crate::Files;
use crate::edit::{self, EditError};

/// Adds a valid method that does nothing yet, after the others of its service.
#[derive(clap::Args)]
pub struct NewMethodArguments {
    /// The method, such as `Model.rename`.
    #[arg(value_name = "SERVICE.METHOD")]
    name: String,
    /// The definition.
    #[arg(long, value_name = "FILE")]
    schema: PathBuf,
}

/// Adds a method.
///
/// # Errors
///
/// The definition cannot be read or written.
pub fn new_method(arguments: &NewMethodArguments) -> Result<ExitCode> {
    let path = arguments.schema.display();
    match edit::new_method(&definition::read(&arguments.schema)?, &arguments.name) {
        Ok(edited) => {
            std::fs::write(&arguments.schema, edited.text).with_context(|| format!("cannot write {path}"))?;
            println!("{} is at {path}:{}", arguments.name, edited.line);
            println!("fill it in, then generate the code");
            Ok(ExitCode::SUCCESS)
        }
        Err(EditError::Definition(report)) => {
            definition::show(&report, "nothing was added");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Puts keywords in the order of the format, and breaks lines by one rule.
#[derive(clap::Args)]
pub struct FmtArguments {
    /// Change nothing; print the differences, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// The definitions.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// Formats definitions.
///
/// # Errors
///
/// A definition cannot be read or written.
pub fn fmt(arguments: &FmtArguments) -> Result<ExitCode> {
    let mut differences = Vec::new();
    for file in &arguments.files {
        let formatted = match crate::format(&definition::read(file)?) {
            Ok(formatted) => formatted,
            Err(report) => {
                definition::show(&report, "nothing was written");
                return Ok(ExitCode::FAILURE);
            }
        };
        // A path joined to no folder is the path itself.
        let files = Files::from([(file.display().to_string(), formatted)]);
        differences.extend(tree::compare(Path::new(""), &files, Extra::Ignore)?);
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
    eprintln!("help: run the same command without `--check`, and commit what it changes");
    Ok(ExitCode::FAILURE)
}
