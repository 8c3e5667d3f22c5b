//! Connections for the test to drive by hand.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use super::websocket::WebSocket;
use crate::soon;

/// How long nobody must connect for [`Listener::is_left_alone`].
const QUIET: Duration = Duration::from_millis(200);

/// A socket on loopback that accepts connections when the test asks for one.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds to a free port.
    pub async fn bind() -> Self {
        crate::keep_log();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        Self { listener, address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL of the API over HTTP.
    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// The URL of the WebSocket.
    pub fn websocket_url(&self) -> String {
        format!("ws://{}/v0/ws", self.address)
    }

    /// The next connection, of which nothing has been read.
    pub async fn accept_tcp(&self) -> TcpStream {
        soon(self.listener.accept()).await.expect("a connection").0
    }

    /// The next connection, which has to be a WebSocket.
    pub async fn accept(&self) -> WebSocket {
        soon(WebSocket::accept(self.accept_tcp().await)).await
    }

    /// Whether nobody connects for a short time.
    pub async fn is_left_alone(&self) -> bool {
        tokio::time::timeout(QUIET, self.listener.accept()).await.is_err()
    }

    /// The next connection, however long it takes: for a server that waits for clients all the time.
    pub async fn accept_any(&self) -> Option<TcpStream> {
        self.listener.accept().await.ok().map(|(stream, _)| stream)
    }
}

/// An address on loopback where nobody listens: it was free a moment ago.
pub async fn unused_address() -> SocketAddr {
    Listener::bind().await.address
}
