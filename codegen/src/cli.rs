//! The commands of `decthings-codegen`, which read and write files for the generator.

pub mod definition;
pub mod diff;
pub mod docs;
pub mod edit;
pub mod generate;
mod manifest;
pub mod rustfmt;
pub mod tree;
mod watch;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Generates clients and servers in Rust from an API definition.
#[derive(Parser)]
#[command(name = "decthings-codegen", version, disable_help_subcommand = true)]
enum Command {
    /// Checks a definition.
    Check(definition::Arguments),
    /// Lists the changes between two definitions, and what each breaks.
    Diff(diff::Arguments),
    /// Writes the reference of an API as static pages.
    Docs(docs::Arguments),
    /// Formats definitions.
    Fmt(edit::FmtArguments),
    /// Generates the Rust module of an API.
    Generate(generate::Arguments),
    /// Adds the skeleton of a method to a definition.
    NewMethod(edit::NewMethodArguments),
}

/// Runs `decthings-codegen`.
pub fn main() -> ExitCode {
    exit(match Command::parse() {
        Command::Check(arguments) => definition::check(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Fmt(arguments) => edit::fmt(&arguments),
        Command::Generate(arguments) => generate::run(&arguments.mode, &[arguments.target], generate::COMMAND),
        Command::NewMethod(arguments) => edit::new_method(&arguments),
    })
}

/// The exit code of a command. An error is printed with its causes.
pub fn exit(result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
