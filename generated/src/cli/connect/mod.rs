//! Which service a command speaks to, and as whom.

mod folder;
mod profiles;
mod settings;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Arg, ArgMatches, Command, value_parser};
use decthings::{ApiKey, Client, ClientBuilder};

pub(crate) use folder::{replace_file, state_folder};
pub(crate) use profiles::Profiles;
pub(crate) use settings::{Origin, Setting, Settings};

use crate::failure::Failure;

/// The longest API key, in bytes.
const MAX_KEY_BYTES: u64 = 4096;

const HEADING: &str = "Connection";

/// Adds the options that say which service to use.
pub(crate) fn options(command: Command) -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help).global(true).help_heading(HEADING)
    };
    command.args([
        option("url", "URL", "URL of the service [env: DECTHINGS_HTTP_URL]"),
        option("ws-url", "URL", "URL of its WebSocket; by default the URL followed by /ws [env: DECTHINGS_WS_URL]"),
        option("profile", "NAME", "Profile with the URL and the API key; see `login` [env: DECTHINGS_PROFILE]"),
        option("api-key-file", "FILE", "File that contains only the API key; overrides DECTHINGS_API_KEY")
            .value_parser(value_parser!(PathBuf)),
        option("timeout", "SECONDS", "How long a call may take; 60 by default").value_parser(seconds),
    ])
}

/// The client of a command.
pub(crate) fn client(matches: &ArgMatches) -> Result<Client, Failure> {
    builder(&Settings::read(matches)?).build().map_err(Failure::usage)
}

/// The builder of a client with these settings.
pub(crate) fn builder(settings: &Settings) -> ClientBuilder {
    let mut builder = Client::builder();
    if let Some(url) = &settings.url {
        builder = builder.http_url(&url.value);
    }
    if let Some(url) = &settings.websocket_url {
        builder = builder.websocket_url(&url.value);
    }
    if let Some(key) = &settings.key {
        builder = builder.api_key(key.value.expose());
    }
    match &settings.timeout {
        Some(timeout) => builder.timeout(timeout.value),
        None => builder,
    }
}

/// Reads a file that contains only an API key.
pub(crate) fn key_of_file(path: &Path) -> Result<ApiKey, Failure> {
    let file = std::fs::File::open(path);
    let file = file.map_err(|error| Failure::usage(format!("API key file {}: {error}", path.display())))?;
    read_key(file).map_err(|reason| Failure::usage(format!("API key file {}: {reason}", path.display())))
}

/// Reads an API key up to the end. The reason of a failure has nothing of what was read.
pub(crate) fn read_key(from: impl Read) -> Result<ApiKey, String> {
    let mut text = String::new();
    let read = from.take(MAX_KEY_BYTES.saturating_add(1)).read_to_string(&mut text);
    match read {
        Ok(bytes) if u64::try_from(bytes).is_ok_and(|bytes| bytes <= MAX_KEY_BYTES) => checked_key(&text),
        Ok(_) => Err(format!("has more than {MAX_KEY_BYTES} bytes")),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err("is not text".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The API key of a text, without the white space around it.
pub(crate) fn checked_key(text: &str) -> Result<ApiKey, String> {
    match ApiKey::new(text) {
        Some(key) if key.expose().contains(char::is_control) => Err("has more than one line".to_owned()),
        Some(key) => Ok(key),
        None => Err("is empty".to_owned()),
    }
}

/// A positive number of seconds.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let duration = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.filter(|duration| !duration.is_zero()).ok_or_else(|| "not a positive number of seconds".to_owned())
}
