//! The project's own commands; the only code that writes to the tree.

mod bench;
mod codegen;
mod diff;
mod docs;
mod examples;
mod fixtures;
mod fmt_schema;
mod foreign;
mod links;
mod mistakes;
mod new_method;
mod test;
mod tree;
mod vectors;
mod watch;

use std::process::ExitCode;

use clap::Parser;

/// Commands for maintainers of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generates the code that is made from the API definition.
    Codegen(codegen::Arguments),
    /// Measures the client beside bare libraries and the official client.
    Bench(bench::Arguments),
    /// Lists the changes between two definitions, and what each breaks.
    Diff(diff::Arguments),
    /// Writes the reference of the API as static pages.
    Docs(docs::Arguments),
    /// Runs every example, each against a local server of its own.
    Examples,
    /// Regenerates what the generator's fixtures expect.
    Fixtures,
    /// Writes formats definitions.
    FmtSchema(fmt_schema::Arguments),
    /// Adds the skeleton of a method to the definition.
    NewMethod(new_method::Arguments),
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
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Examples => examples::run(),
        Command::Fixtures => fixtures::run(),
        Command::FmtSchema(arguments) => fmt_schema::run(&arguments),
        Command::NewMethod(arguments) => new_method::run(&arguments),
        Command::Foreign(arguments) => foreign::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
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
