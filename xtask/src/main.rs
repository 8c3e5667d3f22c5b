//! The project's own commands; the only code that writes to the tree.

mod codegen;
mod definition;
mod diff;
mod docs;
mod edit;
mod fixtures;
mod foreign;
mod fuzz;
mod programs;
mod test;
mod tree;
mod watch;

use std::process::ExitCode;

use clap::Parser;

/// Commands for maintainers of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generates the code that is made from the API definition.
    Codegen(codegen::Arguments),
    /// Benchmarks the client, bare libraries and the official client.
    Bench(programs::BenchArguments),
    /// Lists the changes between two definitions, and what each breaks.
    Diff(diff::Arguments),
    /// Writes the reference of the API as static pages.
    Docs(docs::Arguments),
    /// Runs every example, each against a local server of its own.
    Examples,
    /// Regenerates what the generator's fixtures expect.
    Fixtures,
    /// Formats definitions.
    FmtSchema(edit::FmtArguments),
    /// Looks for inputs at which a decoder, the generator or the client fails.
    Fuzz(fuzz::Arguments),
    /// Adds the skeleton of a method to the definition.
    NewMethod(edit::NewMethodArguments),
    /// Checks that tools of other languages can read the exports.
    Foreign(foreign::Arguments),
    /// Runs the tests, and searches their output for API keys.
    Test(test::Arguments),
    /// Regenerates the golden frames.
    Vectors,
}

fn main() -> ExitCode {
    let result = match Command::parse() {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Bench(arguments) => programs::bench(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Examples => programs::examples(),
        Command::Fixtures => fixtures::fixtures(),
        Command::FmtSchema(arguments) => edit::fmt_schema(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::NewMethod(arguments) => edit::new_method(&arguments),
        Command::Foreign(arguments) => foreign::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Vectors => fixtures::vectors(),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
