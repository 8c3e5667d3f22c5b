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
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::runtime::Error::Invalid) if there is no such method, or its cargo feature is off;
    /// otherwise as those of a typed call.
    pub async fn call_json(
        &self,
        service: &str,
        method: &str,
        params: serde_json::Value,
    ) -> Result<serde_json::Value, crate::runtime::Error> {
        let operation = crate::api::dynamic::operation(service, method);
        self.call_operation(operation, (service, method), params).await
    }
}
