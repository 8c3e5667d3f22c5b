//! Connecting to a WebSocket: an HTTP request that upgrades its connection.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures_core::future::BoxFuture;
use http::StatusCode;
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Client, Response, Url};
use tokio::time::timeout;

use super::link::WebSocketLink;
use crate::runtime::error::BuildError;
use crate::runtime::text::excerpt_bytes;
use crate::runtime::transport::connect::{ConnectSettings, Target};
use crate::runtime::transport::headers::{Headers, websocket_accept};
use crate::runtime::transport::http::response_body::read_beginning;
use crate::runtime::transport::io_error::cause;
use crate::runtime::transport::session::link::{ConnectionError, Connector, Link};

pub(crate) struct WebSocketSettings {
    /// The URL, with the scheme `ws` or `wss`.
    pub(crate) url: Url,
    /// The URL of the handshake, with the scheme `http` or `https`.
    pub(crate) request_url: Url,
    /// The headers of the handshake.
    pub(crate) headers: Headers,
    pub(crate) connect: ConnectSettings,
    pub(crate) max_message_bytes: usize,
}

pub(crate) struct WebSocketConnector {
    client: Client,
    target: Target,
    request_url: Url,
    headers: Headers,
    timeout: Duration,
    max_message_bytes: usize,
}

impl WebSocketConnector {
    pub(crate) fn new(settings: WebSocketSettings) -> Result<Self, BuildError> {
        let WebSocketSettings { url, request_url, headers, connect, max_message_bytes } = settings;
        // The handshake of HTTP/2 is another one. A connection is of no use after a rejected handshake.
        let client = connect.client(|builder| builder.http1_only().pool_max_idle_per_host(0))?;
        let target = Target::new(&url, connect.proxy.as_ref());
        Ok(Self { client, target, request_url, headers, timeout: connect.timeout, max_message_bytes })
    }

    async fn open(&self) -> Result<Box<dyn Link>, ConnectionError> {
        let target = &self.target;
        let invalid = |reason: &str| {
            ConnectionError::new(format!("could not connect to {target}: {reason}; is it a WebSocket server?"))
        };
        let mut nonce = [0; 16];
        getrandom::fill(&mut nonce).map_err(|error| ConnectionError::new(format!("no random numbers: {error}")))?;
        let key = BASE64_STANDARD.encode(nonce);
        let request = self.client.get(self.request_url.clone()).headers(self.headers.clone().into_map());
        let request = request.header(CONNECTION, "Upgrade").header(UPGRADE, "websocket");
        let request = request.header(SEC_WEBSOCKET_VERSION, "13").header(SEC_WEBSOCKET_KEY, &key);
        let response = request.send().await.map_err(|error| match error.is_connect() {
            true => ConnectionError::new(target.connect_error(&error)),
            false => invalid(&cause(&error)),
        })?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(rejected(target, response).await);
        }
        let accepted = response.headers().get(SEC_WEBSOCKET_ACCEPT);
        if accepted.is_none_or(|accepted| accepted != websocket_accept(key.as_bytes()).as_str()) {
            return Err(invalid("the header `Sec-WebSocket-Accept` of the response is wrong"));
        }
        let stream = response.upgrade().await.map_err(|error| invalid(&cause(&error)))?;
        Ok(Box::new(WebSocketLink::new(stream, target.url(), self.max_message_bytes)))
    }
}

impl Connector for WebSocketConnector {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectionError>> {
        Box::pin(async {
            timeout(self.timeout, self.open()).await.unwrap_or_else(|_| {
                let message = format!("could not connect to {} in time; is it reachable?", self.target);
                Err(ConnectionError::new(message))
            })
        })
    }

    fn target(&self) -> &str {
        self.target.url()
    }
}

/// The error of a handshake that has another response than that of a WebSocket.
async fn rejected(target: &Target, response: Response) -> ConnectionError {
    let status = response.status();
    let message = format!("{target} responded with HTTP status {} instead of a WebSocket", status.as_u16());
    if status.is_success() {
        return ConnectionError::new(message);
    }
    let body = read_beginning(response).await;
    ConnectionError { message, status: Some((status.as_u16(), excerpt_bytes(&body))) }
}
