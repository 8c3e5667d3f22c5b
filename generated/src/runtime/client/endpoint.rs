//! URLs of the service, and the file with the API key.

use std::net::IpAddr;
use std::path::Path;

use reqwest::Url;

use crate::runtime::error::BuildError;
use crate::runtime::method::ApiKey;

/// A URL that has been checked.
pub(super) struct Endpoint {
    pub(super) url: Url,
}

impl Endpoint {
    pub(super) fn http(url: &str) -> Result<Self, BuildError> {
        parse(url, ["http", "https"])
    }

    pub(super) fn websocket_at(url: &str) -> Result<Self, BuildError> {
        parse(url, ["ws", "wss"])
    }

    /// The WebSocket of an HTTP URL.
    pub(super) fn websocket(&self) -> Result<Self, BuildError> {
        let url = format!("{}/ws", self.url.as_str().trim_end_matches('/'));
        parse(&url.replacen("http", "ws", 1), ["ws", "wss"])
    }

    /// Rejects a URL that needs TLS if this build has none.
    pub(super) fn check_tls(&self) -> Result<(), BuildError> {
        if cfg!(not(feature = "rustls")) && matches!(self.url.scheme(), "https" | "wss") {
            return Err(invalid(self.url.as_str(), "needs the cargo feature `rustls`"));
        }
        Ok(())
    }

    pub(super) fn is_local(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        }
    }

    pub(super) fn is_secure(&self) -> bool {
        matches!(self.url.scheme(), "https" | "wss") || self.is_local()
    }
}

fn parse(text: &str, schemes: [&str; 2]) -> Result<Endpoint, BuildError> {
    let url = Url::parse(text.trim()).map_err(|error| match presentable(text) {
        "" if text.contains('@') => invalid("", format!("has a `@` and is malformed: {error}")),
        text => invalid(text, error.to_string()),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        // The error omits the URL, which has a secret.
        return Err(invalid("", "has a user name or a password; set a header instead"));
    }
    if !schemes.contains(&url.scheme()) {
        return Err(invalid(text, format!("must begin with {}:// or {}://", schemes[0], schemes[1])));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(text, "must not have a query or a fragment"));
    }
    Ok(Endpoint { url })
}

fn invalid(url: &str, reason: impl Into<String>) -> BuildError {
    BuildError::Url { url: presentable(url).to_owned(), reason: reason.into() }
}

/// The part of an unchecked URL that may be shown, without possible secrets.
pub(super) fn presentable(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let shown = url.get(..end).unwrap_or_default();
    if shown.contains('@') { "" } else { shown }
}

pub(super) fn read_key(path: &Path) -> Result<ApiKey, BuildError> {
    let text =
        std::fs::read_to_string(path).map_err(|source| BuildError::ApiKeyFile { path: path.to_owned(), source })?;
    ApiKey::new(text).ok_or_else(|| BuildError::ApiKey { reason: format!("the file {} is empty", path.display()) })
}
