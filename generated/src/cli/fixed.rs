//! The commands that are more than a call of a method.

use std::io::Write as _;

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use decthings::runtime::BoxFuture;

use crate::account::{self, doctor, login};
use crate::data::{export, files, import};
use crate::failure::Failure;
use crate::{follow, tree};

/// A command that is more than a call of a method.
pub(crate) struct Fixed {
    /// The service whose command it belongs to, by the name on the wire.
    service: Option<&'static str>,
    pub(crate) command: fn() -> Command,
    /// Runs it, with the matches of the whole program, which have the global options, and its own.
    pub(crate) run: for<'a> fn(&'a ArgMatches) -> BoxFuture<'a, Result<(), Failure>>,
}

/// All of them. A further one is a line here.
const ALL: &[Fixed] = &[
    Fixed { service: None, command: login::command, run: |matches| Box::pin(login::run(matches)) },
    Fixed { service: None, command: login::logout, run: |matches| Box::pin(login::log_out(matches)) },
    Fixed { service: None, command: account::profiles, run: |matches| Box::pin(account::list_profiles(matches)) },
    Fixed { service: None, command: doctor::command, run: |matches| Box::pin(doctor::run(matches)) },
    Fixed { service: None, command: files::command, run: |matches| Box::pin(files::run(matches)) },
    Fixed { service: Some("Dataset"), command: import::command, run: |matches| Box::pin(import::run(matches)) },
    Fixed { service: Some("Dataset"), command: export::command, run: |matches| Box::pin(export::run(matches)) },
    Fixed { service: None, command: tree::watch, run: |matches| Box::pin(follow::watch(matches)) },
    Fixed { service: None, command: completions, run: |matches| Box::pin(print_completions(matches)) },
    Fixed { service: None, command: man, run: |matches| Box::pin(write_man(matches)) },
];

/// Those of the program, or those of a service.
pub(crate) fn of(service: Option<&'static str>) -> impl Iterator<Item = &'static Fixed> {
    ALL.iter().filter(move |fixed| fixed.service == service)
}

/// The one with the names of commands.
pub(crate) fn find(service: Option<&str>, name: &str) -> Option<&'static Fixed> {
    let is_of = |fixed: &&Fixed| fixed.service.map(tree::kebab).as_deref() == service;
    ALL.iter().filter(is_of).find(|fixed| (fixed.command)().get_name() == name)
}

fn completions() -> Command {
    let shell = Arg::new("shell").required(true).value_parser(value_parser!(Shell)).help("The shell");
    Command::new("completions").about("Prints a script that completes commands in a shell").arg(shell)
}

async fn print_completions(matches: &ArgMatches) -> Result<(), Failure> {
    let Some(shell) = matches.get_one::<Shell>("shell") else { return Ok(()) };
    let mut script = Vec::new();
    clap_complete::generate(*shell, &mut tree::program(), "decthings", &mut script);
    Ok(std::io::stdout().write_all(&script)?)
}

fn man() -> Command {
    let folder = Arg::new("folder").required(true).value_name("DIR").help("The folder, which is created");
    Command::new("man").about("Writes manual pages into a folder").arg(folder)
}

async fn write_man(matches: &ArgMatches) -> Result<(), Failure> {
    let Some(folder) = matches.get_one::<String>("folder") else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    Ok(clap_mangen::generate_to(tree::program(), folder)?)
}
