//! The tree of commands, made from the description of the API.
//!
//! Only what the command line asks for is expanded: clap defers a service's methods until its name was read.

pub(crate) mod names;
mod options;
pub(crate) mod revision;

use clap::{Arg, ArgAction, Command, ValueHint};
use decthings::runtime::{DynamicOperation, DynamicService};

pub(crate) use self::names::{command_line, kebab, method};
pub(crate) use self::options::{Parameter, parameters};
use crate::{connect, fixed, output};

/// The heading of options that say how a method is called.
const OPTIONS: &str = "Call";

/// The whole program.
pub(crate) fn program() -> Command {
    let services = revision::services().iter().map(|service| service_command(service).defer(methods));
    let command = Command::new("decthings")
        .bin_name("decthings")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Trains and runs machine-learning models")
        .after_help("Every service of the API is a command, and every method of a service is a command of it.")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .infer_subcommands(false)
        .subcommands(fixed::of(None).map(|fixed| (fixed.command)()))
        .subcommands(services);
    revision::option(output::options(connect::options(command)))
}

/// The command of a service, without its methods.
fn service_command(service: &DynamicService) -> Command {
    Command::new(kebab(service.name))
        .about(names::summary(service.docs).to_owned())
        .long_about(service.docs)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading("Methods")
}

/// Adds the methods of the service that a command is of.
fn methods(command: Command) -> Command {
    let Some(service) = names::service(command.get_name()) else { return command };
    let fixed = fixed::of(Some(service.name)).map(|fixed| (fixed.command)());
    command.subcommands(fixed).subcommands(service.methods.iter().map(method_command))
}

fn method_command(operation: &'static DynamicOperation) -> Command {
    let mut command = Command::new(kebab(operation.method().name))
        .about(names::summary(operation.docs()).to_owned())
        .long_about(long_about(operation));
    for parameter in parameters(operation) {
        command = command.arg(parameter.arg());
    }
    command = command
        .arg(input("Read the whole request as JSON from a file, or from standard input if it is `-`"))
        .arg(flag("dry-run", "Show the request instead of sending it"));
    if operation.pages().is_some() {
        command = command.arg(flag("all", "Fetch all pages, and print the items as they come"));
    }
    if operation.work().is_some() {
        command = command
            .arg(flag("watch", "Follow the work until it has finished"))
            .arg(flag("detach", "Print how to find the work again, and leave (the default)").conflicts_with("watch"));
    }
    if operation.events().is_some() {
        command = command
            .arg(flag("follow", "Print the events of the session until it ends"))
            .arg(flag("stdio", "Connect standard input and output with the session until it ends"));
    }
    command
}

/// The command `watch`: the methods that start work, with the parameters that say which work it is.
pub(crate) fn watch() -> Command {
    let services = revision::services().iter().filter(|service| works(service).next().is_some());
    Command::new("watch")
        .about("Follows work that was started before, such as a training")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .subcommands(services.map(|service| {
            service_command(service).defer(|command| {
                let Some(service) = names::service(command.get_name()) else { return command };
                command.subcommands(works(service).filter_map(watched))
            })
        }))
}

fn works(service: &'static DynamicService) -> impl Iterator<Item = &'static DynamicOperation> {
    service.methods.iter().filter(|operation| operation.work().is_some())
}

fn watched(operation: &'static DynamicOperation) -> Option<Command> {
    let poll = polled(operation)?;
    let method = operation.method();
    let about = format!("Follows what `{}` has started", command_line(method));
    let input = input("Read which work it is as JSON from a file, or from standard input if it is `-`");
    let command = Command::new(kebab(method.name)).about(about).arg(input);
    Some(command.args(parameters(poll).iter().map(Parameter::arg)))
}

/// The method that polls the work of a method.
pub(crate) fn polled(operation: &DynamicOperation) -> Option<&'static DynamicOperation> {
    names::operation(operation.work()?.poll)
}

fn input(help: &'static str) -> Arg {
    let arg = Arg::new("input").long("input").value_name("FILE").value_hint(ValueHint::FilePath);
    arg.help(help).help_heading(OPTIONS)
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help).help_heading(OPTIONS)
}

/// What a method does, and which errors it has.
fn long_about(operation: &DynamicOperation) -> String {
    let mut text = operation.docs().to_owned();
    let errors: Vec<&str> = operation.errors().into_iter().map(|(code, _)| code).collect();
    if !errors.is_empty() {
        text.push_str("\n\nErrors: ");
        text.push_str(&errors.join(", "));
        text.push('.');
    }
    text
}
