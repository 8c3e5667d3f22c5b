//! Logging in, and what the command line would use.

mod doctor;
mod login;

use clap::{ArgMatches, Command};

use crate::connect::Profiles;
use crate::console::line;
use crate::failure::Failure;

/// The commands, each at the top of the command line.
pub(crate) fn commands() -> [Command; 4] {
    [
        login::command(),
        Command::new("logout").about("Removes the API key of a profile from this machine"),
        Command::new("profiles").about("Lists the profiles"),
        doctor::command(),
    ]
}

/// Runs one of the commands. They read the settings themselves, as these may be what is wrong.
pub(crate) async fn run(name: &str, matches: &ArgMatches) -> Result<(), Failure> {
    match name {
        "login" => login::run(matches).await,
        "logout" => login::log_out(matches),
        "profiles" => list(),
        _ => doctor::run(matches).await,
    }
}

fn list() -> Result<(), Failure> {
    let profiles = Profiles::read()?.all()?;
    if profiles.is_empty() {
        return line("there are no profiles; `decthings login` makes one");
    }
    let width = profiles.keys().map(String::len).max().unwrap_or(0);
    for (name, profile) in &profiles {
        let key = if profile.key.is_some() { "with an API key" } else { "no API key" };
        line(format!("{name:<width$}  {}, {key}", profile.url.as_deref().unwrap_or("the public service")))?;
    }
    Ok(())
}
