//! `decthings`, a command line over the whole API.
//!
//! Every method of the API is a command, made from the description that the crate carries ([`decthings::api::dynamic`]):
//! there is no code for any one of them here. What a method alone cannot do (logging in, importing a folder) is a command
//! of its own, in [`fixed`].

mod account;
mod call;
mod connect;
mod console;
mod data;
mod failure;
mod fixed;
mod follow;
mod output;
mod request;
mod tree;

use std::process::ExitCode;

use clap::ArgMatches;

use crate::failure::{Failure, Kind};

fn main() -> ExitCode {
    if let Err(failure) = tree::revision::choose(std::env::args_os()) {
        return failure.report();
    }
    let matches = tree::program().get_matches();
    let result = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = match result {
        Ok(runtime) => runtime,
        Err(error) => return Failure::from(error).report(),
    };
    let result = runtime.block_on(run(&matches));
    // A read of standard input may still be blocked.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, matches)) = matches.subcommand() else { return Ok(()) };
    if let Some(fixed) = fixed::find(None, name) {
        return (fixed.run)(matches).await;
    }
    let Some((method, matches)) = matches.subcommand() else { return Ok(()) };
    if let Some(fixed) = fixed::find(Some(name), method) {
        return (fixed.run)(matches).await;
    }
    match tree::method(name, method) {
        Some(operation) => call::run(matches, operation).await,
        None => Err(Failure::new(Kind::Usage, format!("there is no method `{name} {method}`"))),
    }
}
