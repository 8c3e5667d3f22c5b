//! The project's own commands; the only code that touches the tree.

mod codegen;
mod fixtures;
mod foreign;
mod tree;
mod vectors;

use std::process::ExitCode;

use clap::Parser;

/// Commands for those who maintain the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generates the code that is made from the API definition.
    Codegen(codegen::Arguments),
    /// Writes anew what the generator's fixtures expect.
    Fixtures,
    /// Has tools of other languages read the exports.
    Foreign(foreign::Arguments),
    /// Writes the golden frames anew.
    Vectors,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Fixtures => fixtures::run(),
        Command::Foreign(arguments) => foreign::run(&arguments),
        Command::Vectors => vectors::run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
