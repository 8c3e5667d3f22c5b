//! What the client takes from the generated API: its URLs, and its methods by name.

use crate::api::{HTTP_URL, WEBSOCKET_URL};
use crate::runtime::ClientBuilder;

impl ClientBuilder {
    /// The default settings: the public service, without an API key.
    pub fn new() -> Self {
        Self::with_default_urls(HTTP_URL, WEBSOCKET_URL)
    }
}

#[cfg(feature = "dynamic")]
impl crate::runtime::Client {
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
