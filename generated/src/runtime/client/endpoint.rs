//! Addresses of the service, and the secrets that go there.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use reqwest::Url;

use crate::api::{HTTP_URL, WEBSOCKET_URL};
use crate::runtime::error::BuildError;
use crate::runtime::method::ApiKey;

/// An address that has been checked.
pub(super) struct Endpoint(Url);

impl Endpoint {
    pub(super) fn http(url: Option<&str>) -> Result<Self, BuildError> {
        parse(url.unwrap_or(HTTP_URL), ["http", "https"])
    }

    /// Refuses an address that this build cannot reach.
    pub(super) fn check_tls(&self) -> Result<(), BuildError> {
        if cfg!(not(feature = "rustls")) && matches!(self.0.scheme(), "https" | "wss") {
            return Err(invalid(self.0.as_str(), "needs the cargo feature `rustls`"));
        }
        Ok(())
    }

    pub(super) fn websocket_at(url: Option<&str>) -> Result<Self, BuildError> {
        parse(url.unwrap_or(WEBSOCKET_URL), ["ws", "wss"])
    }

    /// The WebSocket beside an HTTP address.
    pub(super) fn websocket(&self) -> Result<Self, BuildError> {
        let url = format!("{}/ws", self.0.as_str().trim_end_matches('/'));
        parse(&url.replacen("http", "ws", 1), ["ws", "wss"])
    }

    /// Whether the address is of this machine.
    pub(super) fn is_local(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    /// Whether others can read what is sent there.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.0.scheme(), "http" | "ws") && !self.is_local()
    }

    pub(super) fn into_url(self) -> Url {
        self.0
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn parse(text: &str, schemes: [&str; 2]) -> Result<Endpoint, BuildError> {
    let url = Url::parse(text.trim()).map_err(|error| match presentable(text) {
        "" if text.contains('@') => invalid("", format!("holds a `@` and cannot be read: {error}")),
        text => invalid(text, error.to_string()),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        // The address is not shown: it has a secret.
        return Err(invalid("", "holds a user name or a password; set a header instead"));
    }
    if !schemes.contains(&url.scheme()) {
        return Err(invalid(text, format!("has to begin with {}:// or {}://", schemes[0], schemes[1])));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(text, "has something behind `?` or `#`"));
    }
    Ok(Endpoint(url))
}

fn invalid(url: &str, reason: impl Into<String>) -> BuildError {
    BuildError::Url { url: presentable(url).to_owned(), reason: reason.into() }
}

/// What may be shown of an address that has not been checked: nothing of what often is a secret.
pub(super) fn presentable(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let shown = url.get(..end).unwrap_or_default();
    if shown.contains('@') { "" } else { shown }
}

/// Reads a key from a file.
pub(super) fn read_key(path: &Path) -> Result<ApiKey, BuildError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| BuildError::ApiKeyFile { path: path.to_owned(), source })?;
    ApiKey::new(text).ok_or_else(|| BuildError::ApiKey { reason: format!("the file {} is empty", path.display()) })
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    fn http(url: &str) -> Endpoint {
        Endpoint::http(Some(url)).unwrap()
    }

    #[test]
    fn secrets_go_to_this_machine_or_over_tls() {
        for fine in ["https://a.example/v0", "http://127.0.0.1:1", "http://[::1]/", "http://LOCALHOST:80/v0"] {
            assert!(!http(fine).is_open(), "{fine}");
        }
        for open in ["http://a.example", "http://127.0.0.1.example", "http://10.0.0.1", "http://localhost.example"] {
            assert!(http(open).is_open(), "{open}");
        }
    }

    #[test]
    fn the_websocket_is_beside() {
        assert_eq!(http("http://h:1/v0/").websocket().unwrap().to_string(), "ws://h:1/v0/ws");
        assert_eq!(http("https://http.example").websocket().unwrap().to_string(), "wss://http.example/ws");
    }

    #[test]
    fn odd_addresses_are_refused() {
        for odd in [
            "",
            "a.example",
            "ftp://a",
            "http://u:secret@a",
            "http://u:secret@",
            "http://a/?secret",
            "http://a/#secret",
            "http://",
        ] {
            let error = Endpoint::http(Some(odd)).err().unwrap().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
