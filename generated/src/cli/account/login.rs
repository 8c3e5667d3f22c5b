//! `decthings login` and `decthings logout`.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use decthings::{ApiKey, Error};

use crate::connect::{self, Origin, Profiles, Setting, Settings};
use crate::console::line;
use crate::failure::{Failure, Kind};

pub(crate) fn command() -> Command {
    Command::new("login")
        .about("Stores an API key on this machine")
        .long_about(
            "Asks for an API key, checks it, and stores it as a profile, with the URLs that are in effect.\n\n\
             The key is read without echo, or from the standard input if that is no terminal, or from --api-key-file. It is \
             stored in the file `credentials.toml` of the configuration folder, which only you can read.",
        )
        .arg(Arg::new("no-check").long("no-check").action(ArgAction::SetTrue).help("Store the key without a call with it"))
}

pub(crate) async fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let settings = Settings::for_login(matches)?;
    let key = match matches.get_one::<PathBuf>("api-key-file") {
        Some(path) => connect::key_of_file(path)?,
        None => ask()?,
    };
    let name = settings.profile.value.clone();
    let setting = Setting { value: key.clone(), origin: Origin::Default };
    let overrides = settings.key.as_ref().and_then(|key| match key.origin {
        Origin::Variable(variable) => Some(variable),
        _ => None,
    });
    let settings = Settings { key: Some(setting), ..settings };
    // Also rejects a key that would be sent without TLS.
    let client = connect::builder(&settings).build().map_err(Failure::usage)?;
    if !matches.get_flag("no-check") {
        client.user().get_quotas().await.map_err(|error| not_stored(&error))?;
    }
    let url = |setting: &Option<Setting<String>>| setting.as_ref().map(|setting| setting.value.clone());
    let (url, websocket_url) = (url(&settings.url), url(&settings.websocket_url));
    let urls = [("url", url.as_deref()), ("ws_url", websocket_url.as_deref())];
    Profiles::read()?.store(&name, &key, urls)?;
    line(format!("stored the API key as the profile `{name}`, for {}", client.http_url()))?;
    match overrides {
        Some(variable) => line(format!(
            "the environment variable {variable} is set, and overrides it unless --profile names the profile"
        )),
        None => Ok(()),
    }
}

pub(crate) fn logout() -> Command {
    Command::new("logout").about("Removes the API key of a profile from this machine")
}

pub(crate) async fn log_out(matches: &ArgMatches) -> Result<(), Failure> {
    let name = Settings::for_login(matches)?.profile.value;
    if !Profiles::read()?.remove_key(&name)? {
        return Err(Failure::usage(format!("the profile `{name}` has no API key")));
    }
    line(format!("removed the API key of the profile `{name}`"))
}

/// Asks for the key on a terminal, or reads the standard input.
fn ask() -> Result<ApiKey, Failure> {
    if std::io::stdin().is_terminal() {
        let text = rpassword::prompt_password("API key: ")?;
        return connect::checked_key(&text).map_err(|reason| Failure::usage(format!("the API key {reason}")));
    }
    connect::read_key(std::io::stdin()).map_err(|reason| Failure::usage(format!("the standard input {reason}")))
}

fn not_stored<E: decthings::runtime::ErrorCode>(error: &Error<E>) -> Failure {
    let kind = Kind::of(error);
    let help = match kind {
        Kind::Rejected => "the API key was not stored",
        _ => "the API key was not stored; --no-check stores it unchecked",
    };
    Failure::new(kind, format!("{error}; {help}"))
}
