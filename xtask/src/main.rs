//! The project's own commands.

mod codegen;
mod conformance;
mod docs;
mod fixtures;
mod foreign;
mod fuzz;
mod programs;
mod test;

use std::process::ExitCode;

use clap::{Arg, CommandFactory, FromArgMatches, Parser};
use decthings_codegen::cli::{self, diff, edit};

/// Commands for maintainers of the project.
#[derive(Parser)]
#[command(bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Command {
    /// Generates the code that is made from the API definition.
    Codegen(codegen::Arguments),
    /// Benchmarks the client, bare libraries and the official client.
    Bench(programs::BenchArguments),
    /// Checks a client in any language with golden frames and recorded cases.
    Conformance(conformance::Arguments),
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
    /// Checks clients in other languages, and that their tools can read the exports.
    Foreign(foreign::Arguments),
    /// Runs the tests, and searches their output for API keys.
    Test(test::Arguments),
    /// Regenerates the golden frames.
    Vectors,
}

fn main() -> ExitCode {
    let command = parse().unwrap_or_else(|error| error.exit());
    cli::exit(match command {
        Command::Codegen(arguments) => codegen::run(arguments),
        Command::Bench(arguments) => programs::bench(&arguments),
        Command::Conformance(arguments) => conformance::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Docs(arguments) => docs::run(&arguments),
        Command::Examples => programs::examples(),
        Command::Fixtures => fixtures::fixtures(),
        Command::FmtSchema(arguments) => edit::fmt(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::NewMethod(arguments) => edit::new_method(&arguments),
        Command::Foreign(arguments) => foreign::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Vectors => fixtures::vectors(),
    })
}

/// Reads the arguments. The commands of the generator are about our definition, unless another one is named.
fn parse() -> Result<Command, clap::Error> {
    let default = |value: &'static str| move |argument: Arg| argument.required(false).default_value(value);
    let beside = |other: &'static str| move |argument: Arg| argument.required(false).requires(other);
    let command = Command::command()
        .mut_subcommand("codegen", |codegen| codegen.mut_arg("schema", beside("out")).mut_arg("out", beside("schema")))
        .mut_subcommand("diff", |diff| diff.mut_arg("new", default(codegen::OURS)))
        .mut_subcommand("docs", |docs| {
            docs.mut_arg("schema", default(codegen::OURS))
                .mut_arg("out", default("target/reference"))
                .mut_arg("crate_name", default("decthings"))
                .mut_arg("next", |argument| argument.default_value_if("schema", codegen::OURS, codegen::WEIGHTS))
        })
        .mut_subcommand("fmt-schema", |fmt| fmt.mut_arg("files", default(codegen::OURS)))
        .mut_subcommand("new-method", |new_method| new_method.mut_arg("schema", default(codegen::OURS)));
    Command::from_arg_matches(&command.try_get_matches()?)
}
