//! How a WebSocket is connected.

#[cfg(feature = "rustls")]
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};

use futures_core::future::BoxFuture;
use reqwest::Url;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use super::failure::{refused, unreachable};
use super::link::WebSocketLink;
use super::stream::Stream;
use crate::runtime::transport::headers::Headers;
use crate::runtime::transport::session::link::{ConnectionError, Connector, Link};

/// Connects to a server's WebSocket.
pub(crate) struct WebSocketConnector {
    pub(crate) url: Url,
    /// The URL, for messages.
    pub(crate) target: String,
    /// What is sent with the handshake.
    pub(crate) headers: Headers,
    pub(crate) connect_timeout: Duration,
    pub(crate) most_bytes: usize,
    #[cfg(feature = "rustls")]
    pub(crate) tls: rustls::ClientConfig,
}

impl WebSocketConnector {
    async fn open(&self) -> Result<Box<dyn Link>, ConnectionError> {
        let stream = self.stream().await.map_err(|error| unreachable(&self.target, &error))?;
        let refused = |error| refused(&self.target, error);
        let mut request = self.url.as_str().into_client_request().map_err(refused)?;
        request.headers_mut().extend(self.headers.clone().into_map());
        let limit = Some(self.most_bytes);
        let config = WebSocketConfig::default().max_message_size(limit).max_frame_size(limit);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(refused)?;
        Ok(Box::new(WebSocketLink::new(socket, &self.target)))
    }

    async fn stream(&self) -> io::Result<Stream> {
        let host = self.url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        let port = self.url.port_or_known_default().unwrap_or_default();
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        if self.url.scheme() == "ws" {
            return Ok(Stream::plain(stream));
        }
        self.encrypt(stream, host).await
    }

    #[cfg(feature = "rustls")]
    async fn encrypt(&self, stream: TcpStream, host: &str) -> io::Result<Stream> {
        let name = rustls::pki_types::ServerName::try_from(host.to_owned())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let connector = tokio_rustls::TlsConnector::from(Arc::new(self.tls.clone()));
        Ok(Stream::tls(connector.connect(name, stream).await?))
    }

    #[cfg(not(feature = "rustls"))]
    async fn encrypt(&self, _: TcpStream, _: &str) -> io::Result<Stream> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "TLS needs the cargo feature `rustls`"))
    }
}

impl Connector for WebSocketConnector {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>> {
        Box::pin(async {
            match timeout(self.connect_timeout, self.open()).await {
                Ok(connected) => connected,
                Err(_) => {
                    Err(ConnectionError::new(format!("could not connect to {} in time; is it reachable?", self.target)))
                }
            }
        })
    }

    fn target(&self) -> &str {
        &self.target
    }
}

impl fmt::Debug for WebSocketConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocketConnector").field("target", &self.target).finish_non_exhaustive()
    }
}
