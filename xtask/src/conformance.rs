//! `cargo xtask conformance`: checks a client in any language with the golden frames and the recorded cases.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::programs;

/// The program, built with the client of this repository beside it. A test that needs both selects them as `cargo xtask
/// test` does, so that nothing is built with other features.
const TEST: [&str; 3] = ["--workspace", "--test", "runner"];

/// Runs the programs of `tests/conformance`.
#[derive(clap::Args)]
#[command(disable_help_flag = true)]
pub struct Arguments {
    /// Options, and the command of the program to check; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs the command.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let built: BTreeMap<String, PathBuf> = programs::build(&TEST, "bin")?.into_iter().collect();
    let runner = built.get("conformance").context("cargo has built no program `conformance`")?;
    let status = Command::new(runner).args(&arguments.arguments).status();
    let code = status.with_context(|| format!("cannot run {}", runner.display()))?.code();
    Ok(code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}
