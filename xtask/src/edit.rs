//! `cargo xtask new-method` and `cargo xtask fmt-schema`: edit definitions.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use decthings_codegen::Files;
use decthings_codegen::edit::{self, EditError};

use crate::{definition, tree};

/// Adds a valid method that does nothing yet, after the others of its service.
#[derive(clap::Args)]
pub struct NewMethodArguments {
    /// The method, such as `Model.rename`.
    #[arg(value_name = "SERVICE.METHOD")]
    name: String,
    /// The definition.
    #[arg(long, value_name = "FILE", default_value = definition::OURS)]
    schema: PathBuf,
}

/// Runs `cargo xtask new-method`.
pub fn new_method(arguments: &NewMethodArguments) -> Result<ExitCode> {
    let path = arguments.schema.display();
    match edit::new_method(&definition::read(&arguments.schema)?, &arguments.name) {
        Ok(edited) => {
            std::fs::write(&arguments.schema, edited.text).with_context(|| format!("cannot write {path}"))?;
            println!("{} is at {path}:{}", arguments.name, edited.line);
            println!("fill it in, then run `cargo xtask codegen`");
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
    #[arg(value_name = "FILE", default_value = definition::OURS)]
    files: Vec<PathBuf>,
}

/// Runs `cargo xtask fmt-schema`.
pub fn fmt_schema(arguments: &FmtArguments) -> Result<ExitCode> {
    let mut differences = Vec::new();
    for file in &arguments.files {
        let formatted = match decthings_codegen::format(&definition::read(file)?) {
            Ok(formatted) => formatted,
            Err(report) => {
                definition::show(&report, "nothing was written");
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
