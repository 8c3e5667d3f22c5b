//! URLs of the service and of the proxy, and the file with the API key.

use std::net::IpAddr;
use std::path::Path;

use http::uri::InvalidUri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use reqwest::Url;

use crate::runtime::error::BuildError;
use crate::runtime::method::ApiKey;
use crate::runtime::transport::{ConnectSettings, Proxy};

/// Which proxy connections go through.
#[derive(Clone, Default)]
pub(super) enum ProxySetting {
    /// That of the environment variables, except to this machine.
    #[default]
    Environment,
    Off,
    Url(String),
}

const LOCALHOST: &str = "localhost";

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

    /// The URL of the requests: the handshake of a WebSocket is a request of HTTP.
    pub(super) fn request_url(&self) -> Url {
        let mut url = self.url.clone();
        // Fails for other schemes only.
        let _ = url.set_scheme(if self.uses_tls() { "https" } else { "http" });
        url
    }

    pub(super) fn uses_tls(&self) -> bool {
        matches!(self.url.scheme(), "https" | "wss")
    }

    /// Rejects a URL that needs TLS if neither this build nor the user's client has it.
    pub(super) fn check_tls(&self, settings: &ConnectSettings) -> Result<(), BuildError> {
        if cfg!(not(feature = "rustls-no-provider")) && settings.client.is_none() && self.uses_tls() {
            return Err(invalid(self.url.as_str(), "needs the cargo feature `rustls`"));
        }
        Ok(())
    }

    /// Completes the settings for connections to this endpoint, which are made by `client` if there is one.
    pub(super) fn connect_settings(
        &self,
        settings: &ConnectSettings,
        client: Option<&reqwest::Client>,
        proxy: &ProxySetting,
    ) -> Result<ConnectSettings, BuildError> {
        let mut settings = settings.clone();
        settings.client = client.cloned();
        let proxy = self.proxy(proxy)?;
        if client.is_none() {
            let hosts = [Some(&self.url), proxy.as_ref().map(|proxy| &proxy.url)].into_iter().flatten();
            settings.local_names = hosts.filter_map(local_name).map(str::to_owned).collect();
            settings.proxy = proxy;
        }
        Ok(settings)
    }

    fn proxy(&self, setting: &ProxySetting) -> Result<Option<Proxy>, BuildError> {
        let matcher = match setting {
            ProxySetting::Off => return Ok(None),
            // To the proxy, the URL means another machine.
            ProxySetting::Environment if is_local(&self.url) => return Ok(None),
            ProxySetting::Environment => Matcher::from_system(),
            ProxySetting::Url(url) => Matcher::builder().all(url.trim()).build(),
        };
        let target = self.request_url();
        let target =
            target.as_str().parse().map_err(|error: InvalidUri| invalid(target.as_str(), error.to_string()))?;
        match (matcher.intercept(&target), setting) {
            (Some(intercept), _) => proxy_of(&intercept).map(Some),
            (None, ProxySetting::Url(url)) => {
                Err(invalid(url, "is not the URL of a proxy, such as http://proxy.example:3128"))
            }
            (None, _) => Ok(None),
        }
    }

    /// The URL of a machine other than this that reads what is sent to this endpoint.
    pub(super) fn unencrypted_to(&self, settings: &ConnectSettings) -> Option<String> {
        let proxy = settings.proxy.as_ref().map(|proxy| &proxy.url);
        let mut readers = [proxy, Some(&self.url)].into_iter().flatten();
        let is_local = |url: &Url| match local_name(url) {
            // The user's client looks names up.
            Some(name) if settings.client.is_some() => name == LOCALHOST,
            _ => is_local(url),
        };
        readers.find(|url| !self.uses_tls() && !is_local(url)).map(Url::to_string)
    }
}

fn proxy_of(intercept: &Intercept) -> Result<Proxy, BuildError> {
    let url = intercept.uri().to_string();
    let mut proxy = reqwest::Proxy::all(&url).map_err(|error| BuildError::Setup { source: Box::new(error) })?;
    if let Some(authorization) = intercept.basic_auth() {
        proxy = proxy.custom_http_auth(authorization.clone());
    } else if let Some((name, password)) = intercept.raw_auth() {
        proxy = proxy.basic_auth(name, password);
    }
    let url = Url::parse(&url).map_err(|error| invalid(&url, error.to_string()))?;
    Ok(Proxy { url, proxy })
}

/// Whether the host is this machine.
fn is_local(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    address.map_or_else(|_| local_name(url).is_some(), |address| address.is_loopback())
}

/// The host, if it is a name of this machine: RFC 6761, section 6.3.
fn local_name(url: &Url) -> Option<&str> {
    url.host_str().filter(|name| *name == LOCALHOST || name.ends_with(".localhost"))
}

fn parse(text: &str, schemes: [&str; 2]) -> Result<Endpoint, BuildError> {
    let beginning = format!("must begin with {}:// or {}://", schemes[0], schemes[1]);
    if let Some(meant) = with_scheme(text.trim(), schemes) {
        return Err(invalid(text, format!("{beginning}; did you mean `{meant}`?")));
    }
    let url = Url::parse(text.trim()).map_err(|error| match presentable(text) {
        "" if text.contains('@') => invalid("", format!("has a `@` and is malformed: {error}")),
        text => invalid(text, error.to_string()),
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        // The error omits the URL, which has a secret.
        return Err(invalid("", "has a user name or a password; set a header instead"));
    }
    if !schemes.contains(&url.scheme()) {
        return Err(invalid(text, beginning));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid(text, "must not have a query or a fragment"));
    }
    Ok(Endpoint { url })
}

/// The URL that is probably meant by one without a scheme, such as `example.com:8443`.
fn with_scheme(text: &str, [plain, encrypted]: [&str; 2]) -> Option<String> {
    if text.contains("://") || text.starts_with('/') || presentable(text) != text {
        return None;
    }
    let url = Url::parse(&format!("{encrypted}://{text}")).ok()?;
    let scheme = if is_local(&url) { plain } else { encrypted };
    Some(format!("{scheme}://{text}"))
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
