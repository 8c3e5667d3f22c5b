//! Reads definitions, and shows their mistakes on the terminal.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::ir::Api;
use crate::{Report, Source};

/// Checks a definition.
#[derive(clap::Args)]
pub struct Arguments {
    /// The definition.
    #[arg(value_name = "FILE")]
    schema: PathBuf,
}

/// Runs `decthings-codegen check`.
///
/// # Errors
///
/// The definition cannot be read.
pub fn check(arguments: &Arguments) -> Result<ExitCode> {
    let Some(api) = load(&read(&arguments.schema)?, "the definition is invalid") else { return Ok(ExitCode::FAILURE) };
    let methods: usize = api.services.iter().map(|service| service.methods.len()).sum();
    println!("{} is valid, with {methods} methods", arguments.schema.display());
    Ok(ExitCode::SUCCESS)
}

/// Reads the text of a definition.
///
/// # Errors
///
/// The file cannot be read, or is not UTF-8.
pub fn read(path: &Path) -> Result<Source> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the definition {name}"))?;
    Ok(Source::new(name, text))
}

/// Checks a definition. Mistakes are shown, followed by what did not happen because of them; there is no model then.
pub fn load(source: &Source, outcome: &str) -> Option<Api> {
    crate::load(source).map_err(|report| show(&report, outcome)).ok()
}

/// Prints a report and what did not happen because of it, in colour on a terminal unless `NO_COLOR` is set.
pub fn show(report: &Report, outcome: &str) {
    let declined = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stderr().is_terminal() && !declined {
        eprint!("{}", report.coloured());
    } else {
        eprint!("{report}");
    }
    eprintln!("{outcome}");
}
