//! Which service a command speaks to, and as whom.

use clap::{ArgMatches, Command};
use decthings::Client;

use crate::failure::Failure;

/// Adds the options that say which service to use.
pub(crate) fn options(command: Command) -> Command {
    command
}

/// The client of a command.
pub(crate) fn client(_matches: &ArgMatches) -> Result<Client, Failure> {
    Client::from_env().map_err(Failure::usage)
}
