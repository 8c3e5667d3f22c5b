//! `cargo xtask new-method`: adds the skeleton of a method to the definition.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use decthings_codegen::Source;
use decthings_codegen::edit::{self, EditError};

use crate::mistakes;

/// Adds a valid method that does nothing yet, after the others of its service.
#[derive(clap::Args)]
pub struct Arguments {
    /// The method, such as `Model.rename`.
    #[arg(value_name = "SERVICE.METHOD")]
    name: String,
    /// The definition.
    #[arg(long, value_name = "FILE", default_value = "schema/decthings.json")]
    schema: PathBuf,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let path = arguments.schema.display();
    let text = std::fs::read_to_string(&arguments.schema).with_context(|| format!("cannot read {path}"))?;
    match edit::new_method(&Source::new(path.to_string(), text), &arguments.name) {
        Ok(edited) => {
            std::fs::write(&arguments.schema, edited.text).with_context(|| format!("cannot write {path}"))?;
            println!("{} is at {path}:{}", arguments.name, edited.line);
            println!("fill it in, then run `cargo xtask codegen`");
            Ok(ExitCode::SUCCESS)
        }
        Err(EditError::Definition(report)) => {
            mistakes::show(&report, "nothing was added");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => {
            eprintln!("error: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}
