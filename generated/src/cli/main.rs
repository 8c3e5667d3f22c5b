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
        match (name, matches.subcommand()) {
            ("login", _) => account::login::run(matches).await,
            ("logout", _) => account::login::log_out(matches).await,
            ("profiles", _) => account::list_profiles(matches).await,
            ("doctor", _) => account::doctor::run(matches).await,
            ("files", _) => data::files::run(matches).await,
            ("dataset", Some(("import", matches))) => data::import::run(matches).await,
            ("dataset", Some(("export", matches))) => data::export::run(matches).await,
            _ => Ok(()),
        }
    })
}

fn command() -> Command {
    let command = Command::new("decthings").version(env!("CARGO_PKG_VERSION"));
    let command = command.about("Trains and runs machine-learning models").subcommand_required(true);
    let dataset = Command::new("dataset").about("Datasets").subcommand_required(true);
    let dataset = dataset.subcommands([data::import::command(), data::export::command()]);
    let account =
        [account::login::command(), account::login::logout(), account::profiles(), account::doctor::command()];
    connect::options(command.subcommands(account).subcommands([dataset, data::files::command()]))
}
