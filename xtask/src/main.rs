//! The project's own commands; the only code that touches the tree.

mod bench;
mod codegen;
mod fixtures;
mod tree;

use std::process::ExitCode;

use clap::Parser;

/// Commands for those who maintain the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generates the code that is made from the API definition.
    Codegen(codegen::Arguments),
    /// Measures the client beside bare libraries and the official client.
    Bench(bench::Arguments),
    /// Writes anew what the generator's fixtures expect.
    Fixtures,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Fixtures => fixtures::run(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
