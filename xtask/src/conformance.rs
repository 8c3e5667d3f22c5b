//! `cargo xtask conformance`: checks a client in any language with the golden frames and the recorded cases.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};

const CRATE: &str = "decthings-conformance";

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
    // Cargo builds the program that it runs, but not the client beside it.
    let built = cargo().args(["build", "--quiet", "--package", CRATE, "--bins"]).status();
    ensure!(built.context("cannot run cargo")?.success(), "the programs do not build");
    let run = cargo()
        .args(["run", "--quiet", "--package", CRATE, "--bin", "conformance", "--"])
        .args(&arguments.arguments)
        .status();
    let code = run.context("cannot run cargo")?.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
