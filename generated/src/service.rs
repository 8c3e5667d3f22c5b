//! What the client takes from the generated API: its URLs, and its methods by name.

use crate::api;
use crate::runtime::{ApiClient, Client};

impl ApiClient for Client {
    const HTTP_URL: Option<&'static str> = Some(api::HTTP_URL);
    const WEBSOCKET_URL: Option<&'static str> = Some(api::WEBSOCKET_URL);
    const ENVIRONMENT: &'static str = api::ENVIRONMENT;
    const USER_AGENT: &'static str = concat!(env!("CARGO_PKG_NAME"), "-rust/", env!("CARGO_PKG_VERSION"));
}

#[cfg(feature = "dynamic")]
impl Client {
    /// Calls a method by the names on the wire. `null` means no parameters.
    ///
    /// [`api::dynamic::methods`](crate::api::dynamic::methods) lists the methods and their parameters.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::runtime::Error::Invalid) if there is no such method, its cargo feature is off, or a
    /// parameter is unknown, at any depth; otherwise as those of a typed call.
    pub async fn call_json(
        &self,
        service: &str,
        method: &str,
        params: serde_json::Value,
    ) -> Result<serde_json::Value, crate::runtime::Error> {
        crate::api::dynamic::operation(service, method)?.call(self, params).await
    }
}
