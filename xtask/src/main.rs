//! The project's own commands; the only code that touches the tree.

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

/// Commands for those who maintain the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generates the code that is made from the API definition.
    Codegen(codegen::Arguments),
    /// Measures the client beside bare libraries and the official client.
    Bench(bench::Arguments),
    /// Lists the changes between two definitions, and what each means for those who use the API.
    Diff(diff::Arguments),
    /// Writes the reference of the API to read.
    Docs(docs::Arguments),
    /// Runs every example, each against a Decthings of its own.
    Examples,
    /// Writes anew what the generator's fixtures expect.
    Fixtures,
    /// Writes definitions in their canonical form.
    FmtSchema(fmt_schema::Arguments),
    /// Adds the skeleton of a method to the definition.
    NewMethod(new_method::Arguments),
    /// Has tools of other languages read the exports.
    Foreign(foreign::Arguments),
    /// Runs the tests, and looks for API keys in everything that they say.
    Test(test::Arguments),
    /// Writes the golden frames anew.
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
