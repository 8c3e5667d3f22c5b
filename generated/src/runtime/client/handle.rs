//! The client.

use std::fmt;
use std::sync::Arc;

use super::attempts::{CallFailure, Core, UntypedCall};
use super::builder::ClientBuilder;
use crate::runtime::error::{BuildError, CallInfo, Error, Failure};
use crate::runtime::method::{ApiKey, Method};
use crate::runtime::transport::Lease;
use crate::runtime::wire;

/// A client of the API. Cheap to clone; clones share connections.
///
/// Calls run on a Tokio runtime with its timers and I/O enabled.
#[derive(Clone)]
pub struct Client(Arc<Core>);

impl Client {
    /// Begins a client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client made from the environment: `DECTHINGS_API_KEY`, `DECTHINGS_HTTP_URL` and `DECTHINGS_WS_URL`, each of
    /// which may be missing.
    ///
    /// # Errors
    ///
    /// A variable has an unusable value.
    pub fn from_env() -> Result<Self, BuildError> {
        ClientBuilder::from_env().build()
    }

    pub(super) fn from_core(core: Core) -> Self {
        Self(Arc::new(core))
    }

    /// Where calls go over HTTP. Of no meaning to a client of services in the same process.
    pub fn http_url(&self) -> &str {
        &self.0.http_url
    }

    /// Where the WebSession is. Of no meaning to a client of services in the same process.
    pub fn websocket_url(&self) -> &str {
        &self.0.websocket_url
    }

    /// Sends this API key from now on, also by the clones of this client; `None` for none. A provider of keys that the
    /// client was built with is not asked any more. Services in the same process need no key.
    ///
    /// ```
    /// # fn example(client: decthings::Client) -> Result<(), decthings::BuildError> {
    /// client.set_api_key(decthings::ApiKey::new("another-key"))
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The key has control characters, or would be sent to another machine without TLS. The old one stays.
    pub fn set_api_key(&self, key: impl Into<Option<ApiKey>>) -> Result<(), BuildError> {
        self.0.credentials.set(key.into())
    }

    /// Makes a call without its types.
    pub(crate) async fn call(
        &self,
        method: &'static Method,
        call: Result<UntypedCall, Failure>,
    ) -> Result<(Option<Lease>, CallInfo), CallFailure> {
        self.0.call(method, call).await
    }

    /// Gives a subscription back, and waits for the server's response if the server has to be asked.
    pub(crate) async fn release(&self, lease: Lease, method: &'static Method) -> Result<(), Error> {
        let after = self.0.timeout;
        let response = tokio::time::timeout(after, lease.release()).await;
        let response = response.map_err(|_| Failure::Timeout { after }.at(method))?;
        response.map_or(Ok(()), |body| wire::read_unsubscribed(method, body, self.0.json_depth))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("http_url", &self.0.http_url).finish_non_exhaustive()
    }
}
