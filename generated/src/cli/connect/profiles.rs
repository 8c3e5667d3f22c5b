//! Profiles: named settings in `config.toml`, and their API keys in `credentials.toml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use decthings::ApiKey;
use toml_edit::{DocumentMut, Item, Table, TableLike};

use super::folder::Folder;
use super::{checked_key, seconds};
use crate::failure::Failure;

const CONFIG: &str = "config.toml";
const CREDENTIALS: &str = "credentials.toml";
const PROFILES: &str = "profiles";
const API_KEY: &str = "api_key";

/// The settings of a profile.
#[derive(Clone, Debug, Default)]
pub(crate) struct Profile {
    pub(crate) url: Option<String>,
    pub(crate) websocket_url: Option<String>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) key: Option<ApiKey>,
}

/// All profiles of the user, in files that keep their comments when they are changed.
pub(crate) struct Profiles {
    folder: Folder,
    config: DocumentMut,
    credentials: DocumentMut,
}

impl Profiles {
    /// Reads the profiles. Files that do not exist are empty.
    pub(crate) fn read() -> Result<Self, Failure> {
        let folder = Folder::of_user()?;
        check_private(&folder.file(CREDENTIALS))?;
        let config = read(&folder.file(CONFIG))?;
        let credentials = read(&folder.file(CREDENTIALS))?;
        Ok(Self { folder, config, credentials })
    }

    /// The profiles by name.
    pub(crate) fn all(&self) -> Result<BTreeMap<String, Profile>, Failure> {
        let mut profiles: BTreeMap<String, Profile> = BTreeMap::new();
        for (name, settings) in tables(&self.config) {
            let wrong = |key: &str, reason: &str| {
                let file = self.folder.file(CONFIG);
                Failure::usage(format!("{}: `{key}` of the profile `{name}` {reason}", file.display()))
            };
            let profile = profiles.entry(name.to_owned()).or_default();
            for (key, item) in settings.iter() {
                let text = || item.as_str().map(str::to_owned).ok_or_else(|| wrong(key, "is not text"));
                match key {
                    "url" => profile.url = Some(text()?),
                    "ws_url" => profile.websocket_url = Some(text()?),
                    "timeout" => {
                        let number = item.as_integer().map(|number| number.to_string());
                        let number = number.or_else(|| Some(item.as_float()?.to_string())).unwrap_or_default();
                        profile.timeout = Some(seconds(&number).map_err(|reason| wrong(key, &format!("is {reason}")))?);
                    }
                    _ => return Err(wrong(key, "is unknown; there are `url`, `ws_url` and `timeout`")),
                }
            }
        }
        for (name, settings) in tables(&self.credentials) {
            let Some(key) = settings.get(API_KEY) else { continue };
            let key = key.as_str().ok_or_else(|| "is not text".to_owned()).and_then(checked_key);
            let file = self.folder.file(CREDENTIALS);
            let key = key.map_err(|reason| {
                Failure::usage(format!("{}: the key of the profile `{name}` {reason}", file.display()))
            })?;
            profiles.entry(name.to_owned()).or_default().key = Some(key);
        }
        Ok(profiles)
    }

    /// Stores the key of a profile, and its URLs if there are any.
    pub(crate) fn store(
        &mut self,
        name: &str,
        key: &ApiKey,
        urls: [(&'static str, Option<&str>); 2],
    ) -> Result<(), Failure> {
        let settings = table(&mut self.config, name)?;
        for (setting, url) in urls {
            match url {
                Some(url) => settings.insert(setting, toml_edit::value(url)),
                None => settings.remove(setting),
            };
        }
        table(&mut self.credentials, name)?.insert(API_KEY, toml_edit::value(key.expose()));
        // The settings first: a key without its URL would be sent to the public service.
        self.folder.replace(CONFIG, &self.config.to_string())?;
        self.folder.replace(CREDENTIALS, &self.credentials.to_string())
    }

    /// Removes the key of a profile, but not its settings; whether it had one.
    pub(crate) fn remove_key(&mut self, name: &str) -> Result<bool, Failure> {
        let profiles = self.credentials.get_mut(PROFILES).and_then(Item::as_table_like_mut);
        let had = profiles.and_then(|profiles| profiles.remove(name)).is_some();
        if had {
            self.folder.replace(CREDENTIALS, &self.credentials.to_string())?;
        }
        Ok(had)
    }
}

/// Rejects names that are hard to read or to type.
pub(crate) fn check_name(name: &str) -> Result<String, String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.is_empty() && name.len() <= 64 && name.bytes().all(is_plain) {
        return Ok(name.to_owned());
    }
    Err("a name has 1 to 64 letters, digits, `-`, `_` and `.`".to_owned())
}

fn tables(document: &DocumentMut) -> impl Iterator<Item = (&str, &dyn TableLike)> {
    let profiles = document.get(PROFILES).and_then(Item::as_table_like);
    profiles
        .into_iter()
        .flat_map(|profiles| profiles.iter())
        .filter_map(|(name, item)| Some((name, item.as_table_like()?)))
}

/// The table of a profile, which is made if there is none.
fn table<'a>(document: &'a mut DocumentMut, name: &str) -> Result<&'a mut dyn TableLike, Failure> {
    let implicit = || {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    };
    let profiles = document.entry(PROFILES).or_insert_with(implicit).as_table_like_mut();
    let profile =
        profiles.and_then(|profiles| profiles.entry(name).or_insert_with(toml_edit::table).as_table_like_mut());
    profile.ok_or_else(|| Failure::usage(format!("`{PROFILES}.{name}` of the configuration is not a table")))
}

fn read(path: &Path) -> Result<DocumentMut, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::other(format!("cannot read {}: {error}", path.display()))),
    };
    text.parse::<DocumentMut>().map_err(|error| {
        // The text of the error has the line itself, which may be that of the key.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        Failure::usage(format!(
            "{}, line {line}: {}",
            path.display(),
            error.message().lines().next().unwrap_or_default()
        ))
    })
}

/// Rejects a file that other users can read.
#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            let path = path.display();
            Err(Failure::usage(format!(
                "{path} can be read by others; run `chmod 600 {path}`, and replace the API keys"
            )))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), Failure> {
    Ok(())
}
