//! The client.

use std::fmt;
use std::sync::Arc;

use super::attempts::Core;
use super::builder::ClientBuilder;
use crate::runtime::error::{BuildError, Error, Failure};
use crate::runtime::method::{ApiError, ApiKey, Method};
use crate::runtime::redact::Redactor;
use crate::runtime::transport::Lease;
use crate::runtime::wire;

/// A client of one API, with the API's defaults. [`ClientBuilder`] builds it.
///
/// Each API outside this crate has a client of its own, which contains a [`Client`]: its generated code declares it.
pub trait ApiClient: From<Client> {
    /// The default URL of calls over HTTP.
    const HTTP_URL: Option<&'static str>;
    /// The default URL of the WebSocket. Without one, it is the HTTP URL followed by `/ws`.
    const WEBSOCKET_URL: Option<&'static str>;
    /// The prefix of the environment variables: `SHOP` for `SHOP_API_KEY`, `SHOP_HTTP_URL` and `SHOP_WS_URL`.
    const ENVIRONMENT: &'static str;
    /// The header `User-Agent`.
    const USER_AGENT: &'static str;
}

/// A client of the API. Cheap to clone; clones share connections.
///
/// There is no need to close it: a call is in flight only while its future is awaited, and dropping the last clone closes the
/// connections. To make sure that the server knows the end of a subscription before the program exits, await
/// [`Subscription::unsubscribe`](crate::Subscription::unsubscribe).
///
/// Calls need a Tokio runtime with timers and I/O enabled.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Core>);

impl Client {
    /// A builder with the default settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client with the settings of the environment variables `DECTHINGS_API_KEY`, `DECTHINGS_HTTP_URL` and
    /// `DECTHINGS_WS_URL`, all of which are optional.
    ///
    /// # Errors
    ///
    /// A variable has an invalid value.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env().build()
    }

    /// The URL of calls over HTTP. Unused with services in the same process.
    pub fn http_url(&self) -> &str {
        &self.0.http_url
    }

    /// The URL of the WebSocket. Unused with services in the same process.
    pub fn websocket_url(&self) -> &str {
        &self.0.websocket_url
    }

    /// Replaces the API key, or the [`ApiKeyProvider`](crate::ApiKeyProvider), of this client and its clones. `None`
    /// removes it.
    ///
    /// ```
    /// # fn example(client: decthings::Client) -> Result<(), decthings::BuildError> {
    /// client.set_api_key(decthings::ApiKey::new("another-key"))
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The key has control characters, or would be sent to another machine without TLS. The old key stays.
    pub fn set_api_key(&self, key: impl Into<Option<ApiKey>>) -> Result<(), BuildError> {
        self.0.credentials.set(key.into())
    }

    /// Redacts the credentials of this client.
    pub(crate) fn redactor(&self) -> Redactor {
        self.0.credentials.redactor()
    }

    /// Releases a subscription, and waits for the server's response if this unsubscribes.
    pub(crate) async fn release(&self, lease: Lease, method: &'static Method) -> Result<(), Error> {
        let after = self.0.timeout;
        let response = tokio::time::timeout(after, lease.release()).await;
        let response = response.map_err(|_| Failure::Timeout { after }.at::<ApiError>(method))?;
        let Some(body) = response else { return Ok(()) };
        let read = wire::read_unsubscribed(method, body, self.0.json_limits);
        read.map_err(|error| error.redacted(&self.redactor()).at(method))
    }
}

#[cfg(feature = "dynamic")]
impl Client {
    /// The limits of the JSON of responses.
    pub(in crate::runtime) fn json_limits(&self) -> wire::JsonLimits {
        self.0.json_limits
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("http_url", &self.0.http_url).finish_non_exhaustive()
    }
}
