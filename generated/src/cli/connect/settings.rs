//! Each setting, and where it comes from.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgMatches;
use decthings::ApiKey;

use super::profiles::{Profile, Profiles, check_name};
use super::{checked_key, key_of_file};
use crate::failure::Failure;

/// The profile that is used if none is named.
pub(crate) const DEFAULT_PROFILE: &str = "default";

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    Default,
    Profile,
    Variable(&'static str),
    Option(&'static str),
}

impl Origin {
    /// The precedence: a higher one overrides a lower one.
    fn rank(self, profile_is_named: bool) -> u8 {
        match self {
            Self::Default => 0,
            Self::Profile if profile_is_named => 3,
            Self::Profile => 1,
            Self::Variable(_) => 2,
            Self::Option(_) => 4,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Profile => f.write_str("profile"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Option(name) => write!(f, "option --{name}"),
        }
    }
}

/// A setting, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// The settings of a command: each that of an option, or else of an environment variable, or else of the profile. A profile
/// that an option names overrides environment variables.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) profile: Setting<String>,
    pub(crate) url: Option<Setting<String>>,
    pub(crate) websocket_url: Option<Setting<String>>,
    pub(crate) timeout: Option<Setting<Duration>>,
    pub(crate) key: Option<Setting<ApiKey>>,
}

impl Settings {
    /// Reads the settings. A profile that was named must exist.
    pub(crate) fn read(matches: &ArgMatches) -> Result<Self, Failure> {
        let name = Self::profile_name(matches)?;
        let mut profiles = Profiles::read()?.all()?;
        let profile = match profiles.remove(&name.value) {
            Some(profile) => profile,
            None if name.origin == Origin::Default => Profile::default(),
            None => {
                let names: Vec<_> = profiles.into_keys().collect();
                let known = if names.is_empty() { "there are none yet".to_owned() } else { names.join(", ") };
                let name = &name.value;
                let help = format!("profiles: {known}; `decthings login --profile {name}` makes it");
                return Err(Failure::usage(format!("there is no profile `{name}` ({help})")));
            }
        };
        Self::of_profile(matches, name, profile)
    }

    /// Reads the settings with a profile that need not exist, and whose key is of no interest.
    pub(crate) fn for_login(matches: &ArgMatches) -> Result<Self, Failure> {
        let name = Self::profile_name(matches)?;
        let profile = Profiles::read()?.all()?.remove(&name.value).unwrap_or_default();
        Self::of_profile(matches, name, Profile { key: None, ..profile })
    }

    fn of_profile(matches: &ArgMatches, name: Setting<String>, profile: Profile) -> Result<Self, Failure> {
        let is_named = matches!(name.origin, Origin::Option(_));
        let of_profile = |value| Of { value, is_named };
        let url = text(matches, "url", "DECTHINGS_HTTP_URL", of_profile(profile.url))?;
        let websocket_url = text(matches, "ws-url", "DECTHINGS_WS_URL", of_profile(profile.websocket_url))?;
        let key = key(matches, Of { value: profile.key, is_named })?;
        let rank =
            |setting: &Option<Setting<String>>| setting.as_ref().map_or(0, |setting| setting.origin.rank(is_named));
        // The WebSocket of a URL that was overridden is that of another service.
        let websocket_url = if rank(&websocket_url) < rank(&url) { None } else { websocket_url };
        let timeout = match matches.get_one::<Duration>("timeout") {
            Some(timeout) => Some(Setting { value: *timeout, origin: Origin::Option("timeout") }),
            None => profile.timeout.map(|value| Setting { value, origin: Origin::Profile }),
        };
        Ok(Self { profile: name, url, websocket_url, timeout, key })
    }

    fn profile_name(matches: &ArgMatches) -> Result<Setting<String>, Failure> {
        let name = text(matches, "profile", "DECTHINGS_PROFILE", Of { value: None, is_named: false })?;
        let name = name.unwrap_or_else(|| Setting { value: DEFAULT_PROFILE.to_owned(), origin: Origin::Default });
        let failed = |reason| Failure::usage(format!("profile of {}: {reason}", name.origin));
        check_name(&name.value).map_err(failed)?;
        Ok(name)
    }
}

/// A setting of the profile.
struct Of<T> {
    value: Option<T>,
    /// Whether the command line names the profile, so that it overrides environment variables.
    is_named: bool,
}

impl<T> Of<T> {
    /// The setting, with that of an environment variable unless the profile overrides it.
    fn or_variable(
        self,
        variable: &'static str,
        read: impl FnOnce() -> Result<Option<T>, Failure>,
    ) -> Result<Option<Setting<T>>, Failure> {
        let of_profile = |value| Setting { value, origin: Origin::Profile };
        if self.is_named && self.value.is_some() {
            return Ok(self.value.map(of_profile));
        }
        let found = read()?.map(|value| Setting { value, origin: Origin::Variable(variable) });
        Ok(found.or(self.value.map(of_profile)))
    }
}

fn text(
    matches: &ArgMatches,
    option: &'static str,
    variable: &'static str,
    profile: Of<String>,
) -> Result<Option<Setting<String>>, Failure> {
    match matches.get_one::<String>(option) {
        Some(value) => Ok(Some(Setting { value: value.clone(), origin: Origin::Option(option) })),
        None => profile.or_variable(variable, || of_environment(variable)),
    }
}

fn key(matches: &ArgMatches, profile: Of<ApiKey>) -> Result<Option<Setting<ApiKey>>, Failure> {
    const OPTION: &str = "api-key-file";
    const VARIABLE: &str = "DECTHINGS_API_KEY";
    if let Some(path) = matches.get_one::<PathBuf>(OPTION) {
        return Ok(Some(Setting { value: key_of_file(path)?, origin: Origin::Option(OPTION) }));
    }
    profile.or_variable(VARIABLE, || {
        let key = of_environment(VARIABLE)?.map(|text| checked_key(&text));
        key.transpose().map_err(|reason| Failure::usage(format!("{VARIABLE} {reason}")))
    })
}

/// An environment variable; `None` if it is empty.
fn of_environment(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::usage(format!("the environment variable {name} is not Unicode")))
        }
    }
}
