//! Connecting to a WebSocket.

use std::io;
#[cfg(feature = "rustls")]
use std::sync::Arc;
use std::time::Duration;

use futures_core::future::BoxFuture;
use reqwest::Url;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::failure::connect_error;
use super::link::WebSocketLink;
use super::stream::Stream;
use crate::runtime::transport::headers::Headers;
use crate::runtime::transport::session::link::{ConnectionError, Connector, Link};

pub(crate) struct WebSocketConnector {
    pub(crate) url: Url,
    /// The URL, for messages.
    pub(crate) target: String,
    /// The headers of the handshake.
    pub(crate) headers: Headers,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_message_bytes: usize,
    #[cfg(feature = "rustls")]
    pub(crate) tls: rustls::ClientConfig,
}

impl WebSocketConnector {
    async fn open(&self) -> Result<Box<dyn Link>, Error> {
        let stream = self.stream().await?;
        let mut request = self.url.as_str().into_client_request()?;
        request.headers_mut().extend(self.headers.clone().into_map());
        let limit = Some(self.max_message_bytes);
        let config = WebSocketConfig::default().max_message_size(limit).max_frame_size(limit);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
        Ok(Box::new(WebSocketLink::new(socket, &self.target)))
    }

    async fn stream(&self) -> io::Result<Stream> {
        let host = self.url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = self.url.port_or_known_default().unwrap_or_default();
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        if self.url.scheme() == "ws" {
            return Ok(Stream::new(stream));
        }
        #[cfg(not(feature = "rustls"))]
        return Err(io::Error::new(io::ErrorKind::Unsupported, "TLS needs the cargo feature `rustls`"));
        #[cfg(feature = "rustls")]
        {
            let name = rustls::pki_types::ServerName::try_from(host.to_owned())
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            let connector = tokio_rustls::TlsConnector::from(Arc::new(self.tls.clone()));
            Ok(Stream::new(connector.connect(name, stream).await?))
        }
    }
}

impl Connector for WebSocketConnector {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>> {
        Box::pin(async {
            let target = &self.target;
            match timeout(self.connect_timeout, self.open()).await {
                Ok(connected) => connected.map_err(|error| connect_error(target, error)),
                Err(_) => Err(ConnectionError::new(format!("could not connect to {target} in time; is it reachable?"))),
            }
        })
    }

    fn target(&self) -> &str {
        &self.target
    }
}
