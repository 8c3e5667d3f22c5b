//! The revision of the API whose methods are commands.

use std::ffi::OsString;
use std::sync::OnceLock;

use clap::{Arg, Command};
use decthings::runtime::DynamicService;
use decthings::{api, weights};

use crate::failure::Failure;

const OPTION: &str = "revision";
const VARIABLE: &str = "DECTHINGS_REVISION";

/// Returns the services of a revision.
type Services = fn() -> &'static [DynamicService];

/// The revisions by name.
const ALL: [(&str, Services); 2] = [("first", api::dynamic::services), ("weights", weights::dynamic::services)];

/// The index of the revision.
static CHOSEN: OnceLock<usize> = OnceLock::new();

/// Adds the option that chooses the revision.
pub(super) fn option(command: Command) -> Command {
    let option = Arg::new(OPTION).long(OPTION).value_name("NAME").global(true).help_heading("Connection");
    let help = "Revision of the API that the service speaks [env: DECTHINGS_REVISION]";
    command.arg(option.value_parser(ALL.map(|(name, _)| name)).help(help))
}

/// Chooses the revision that the arguments or the environment name. The commands depend on it, so this comes before they
/// are made; they reject an option with another value.
pub(crate) fn choose(arguments: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    let index = |name: &str| ALL.iter().position(|(known, _)| *known == name);
    let mut arguments = arguments.filter_map(|argument| argument.into_string().ok()).take_while(|text| text != "--");
    let mut named = None;
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--revision") {
            Some("") => named = arguments.next(),
            Some(value) => named = value.strip_prefix('=').map(str::to_owned).or(named),
            None => {}
        }
    }
    let chosen = match (named, std::env::var(VARIABLE)) {
        (Some(name), _) => index(&name),
        (None, Ok(name)) if !name.is_empty() => match index(&name) {
            Some(index) => Some(index),
            None => {
                return Err(Failure::usage(format!("{VARIABLE}: there is no revision `{name}`; use first or weights")));
            }
        },
        _ => None,
    };
    CHOSEN.get_or_init(|| chosen.unwrap_or_default());
    Ok(())
}

/// The services of the revision.
pub(crate) fn services() -> &'static [DynamicService] {
    let chosen = CHOSEN.get().and_then(|index| ALL.get(*index));
    chosen.map_or_else(api::dynamic::services, |(_, services)| services())
}

/// The option that chooses the revision again, for a command line; empty for the first one.
pub(crate) fn argument() -> String {
    match CHOSEN.get().and_then(|index| ALL.get(*index)) {
        Some((name, _)) if CHOSEN.get() != Some(&0) => format!(" --{OPTION} {name}"),
        _ => String::new(),
    }
}
