//! How connections are made, over HTTP and for the WebSocket.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, Url};

use super::io_error::connect_cause;
use crate::runtime::error::BuildError;

/// The settings of connections to a server.
#[derive(Clone, Debug)]
pub(crate) struct ConnectSettings {
    /// The timeout for connecting.
    pub(crate) timeout: Duration,
    /// The header `User-Agent`.
    pub(crate) user_agent: &'static str,
    /// The user's client, which has its own settings.
    pub(crate) client: Option<Client>,
    pub(crate) proxy: Option<Proxy>,
    /// Names of this machine, which are not looked up.
    pub(crate) local_names: Vec<String>,
    /// There unless the client is the user's.
    #[cfg(feature = "rustls-no-provider")]
    pub(crate) tls: Option<rustls::ClientConfig>,
}

impl ConnectSettings {
    /// Makes a client of the HTTP library, unless there is one. `adapt` adds settings.
    pub(super) fn client(&self, adapt: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Client, BuildError> {
        if let Some(client) = &self.client {
            return Ok(client.clone());
        }
        // Without a port, which the URL has.
        let loopback = [SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), SocketAddr::from((Ipv6Addr::LOCALHOST, 0))];
        let mut builder = Client::builder()
            .user_agent(self.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            // The client retries calls itself, as it knows which ones are idempotent.
            .retry(reqwest::retry::never())
            .connect_timeout(self.timeout)
            .tcp_nodelay(true)
            .referer(false)
            // The library would choose a proxy itself.
            .no_proxy();
        for name in &self.local_names {
            builder = builder.resolve_to_addrs(name, &loopback);
        }
        if let Some(proxy) = &self.proxy {
            builder = builder.proxy(proxy.proxy.clone());
        }
        #[cfg(feature = "rustls-no-provider")]
        if let Some(tls) = &self.tls {
            builder = builder.tls_backend_preconfigured(tls.clone());
        }
        adapt(builder).build().map_err(|error| BuildError::Setup { source: Box::new(error) })
    }
}

/// A proxy between the client and the server.
#[derive(Clone)]
pub(crate) struct Proxy {
    /// The URL, without user name and password.
    pub(crate) url: Url,
    pub(crate) proxy: reqwest::Proxy,
}

impl fmt::Debug for Proxy {
    /// Omits the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Proxy").field(&self.url.as_str()).finish()
    }
}

/// The server, and the proxy before it, for messages.
#[derive(Clone, Debug)]
pub(super) struct Target {
    url: String,
    proxy: Option<Url>,
}

impl Target {
    pub(super) fn new(url: &Url, proxy: Option<&Proxy>) -> Self {
        Self { url: url.to_string(), proxy: proxy.map(|proxy| proxy.url.clone()) }
    }

    #[cfg(feature = "ws")]
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Describes an error for which [`reqwest::Error::is_connect`] is true.
    pub(super) fn connect_error(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("could not connect to {self} in time; is it reachable?");
        }
        let advice = match &self.proxy {
            Some(_) => "; `ClientBuilder::proxy` and `no_proxy` replace the proxy",
            None => "",
        };
        format!("could not connect to {self}: {}", connect_cause(error, advice))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.proxy {
            Some(proxy) => write!(f, "{} through the proxy {proxy}", self.url),
            None => f.write_str(&self.url),
        }
    }
}
