//! Where users put in what is theirs.

use std::sync::Arc;

use super::ClientBuilder;
use crate::runtime::{ApiKeyProvider, Middleware, Transport};

impl ClientBuilder {
    /// Asks for the API key before each attempt, so that it can change. It replaces `api_key` and `api_key_file`.
    ///
    /// ```
    /// # use decthings::{ApiKey, Client};
    /// let client = Client::builder()
    ///     .api_key_provider(|| async { Ok(ApiKey::new(std::env::var("CURRENT_KEY")?)) })
    ///     .build()?;
    /// # Ok::<(), decthings::BuildError>(())
    /// ```
    pub fn api_key_provider(mut self, provider: impl ApiKeyProvider) -> Self {
        self.api_key = None;
        self.api_key_file = None;
        self.api_key_provider = Some(Arc::new(provider));
        self
    }

    /// Looks at every attempt. Several do so in the order in which they are given, and after an attempt in reverse.
    pub fn middleware(mut self, middleware: impl Middleware) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Calls over HTTP travel on this instead. Timeouts, retries and headers stay the client's; `connect_timeout`,
    /// `max_response_bytes` and `max_connections` are the transport's matter. The WebSocket stays as it is.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Writes down the calls that do not travel on the WebSocket.
    #[cfg(feature = "test-util")]
    pub fn record(mut self, recorder: crate::testing::Recorder) -> Self {
        self.recorder = Some(recorder);
        self
    }

    /// Calls over HTTP are made with this client of the `reqwest` crate, with its own TLS, proxies and timeouts.
    ///
    /// Build it with `redirect(Policy::none())`, since the API has no redirects and the API key is not to follow any,
    /// and with `retry(reqwest::retry::never())`, since nothing else knows what is safe to repeat. A major version of
    /// `reqwest` that this crate moves to is no breaking change of this crate.
    pub fn reqwest_client(mut self, client: reqwest::Client) -> Self {
        self.pool = Some(client);
        self
    }
}
