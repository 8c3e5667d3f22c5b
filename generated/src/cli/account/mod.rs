//! Logging in, and what the command line would use.

pub(crate) mod doctor;
pub(crate) mod login;

use clap::{ArgMatches, Command};

use crate::connect::Profiles;
use crate::console::line;
use crate::failure::Failure;

pub(crate) fn profiles() -> Command {
    Command::new("profiles").about("Lists the profiles")
}

pub(crate) async fn list_profiles(_: &ArgMatches) -> Result<(), Failure> {
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
