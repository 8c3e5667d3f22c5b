//! `decthings`, a command line over the whole API.
//!
//! Every method of the API is a command, made from the description that the crate carries ([`decthings::api::dynamic`]):
//! there is no code for any one of them here. What a method alone cannot do (logging in, importing a folder) is a command
//! of its own.

mod account;
mod connect;
mod console;
mod data;
mod failure;

use std::process::ExitCode;

use clap::Command;

use crate::failure::Failure;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run() -> Result<(), Failure> {
    let matches = command().get_matches();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
        match name {
            "dataset" => {
                let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
                data::run_dataset(name, matches, &connect::client(matches)?).await
            }
            "files" => {
                let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
                data::files::run(name, matches, &connect::client(matches)?).await
            }
            _ => account::run(name, matches).await,
        }
    })
}

fn command() -> Command {
    let command = Command::new("decthings").version(env!("CARGO_PKG_VERSION"));
    let command = command.about("Trains and runs machine-learning models").subcommand_required(true);
    let dataset = Command::new("dataset").about("Datasets").subcommand_required(true);
    let dataset = dataset.subcommands(data::dataset_commands());
    connect::options(command.subcommands(account::commands()).subcommands([dataset, data::files::command()]))
}
