//! Transports: HTTP, and the session on a WebSocket.

mod body;
mod connect;
mod credentials;
mod error;
mod headers;
mod http;
mod interface;
mod io_error;
mod progress;
mod request;
mod response;
mod response_buffer;
mod session;
#[cfg(feature = "rustls-no-provider")]
mod tls;
#[cfg(feature = "tower")]
mod tower;
#[cfg(feature = "ws")]
mod websocket;

pub use body::RequestBody;
pub(crate) use connect::{ConnectSettings, Proxy};
pub(crate) use credentials::Credentials;
pub use credentials::{ApiKeyProvider, ProviderError};
pub use error::TransportError;
#[cfg(feature = "test-util")]
pub(crate) use headers::secrets;
#[cfg(feature = "axum")]
pub(crate) use headers::websocket_accept;
pub(crate) use headers::{Headers, bearer};
pub(crate) use http::client::{Http, HttpSettings};
pub use interface::Transport;
pub use progress::TransferProgress;
pub(crate) use progress::{ProgressCallback, TransferCounter};
pub use request::TransportRequest;
pub use response::TransportResponse;
pub(crate) use response::{ReadOutcome, Received, Slot};
pub use response_buffer::ResponseBuffer;
#[cfg(feature = "server")]
pub(crate) use session::link::{ConnectionError, Incoming, Link};
#[cfg(any(feature = "ws", feature = "server"))]
pub(crate) use session::{buffer::BufferLimits, link::Connector, settings::SessionSettings};
pub(crate) use session::{
    lease::Lease,
    settings::{Heartbeat, Reconnect},
    socket::{Session, SessionCall},
};
#[cfg(feature = "rustls-no-provider")]
pub(crate) use tls::config as tls_config;
#[cfg(feature = "tower")]
pub(crate) use tower::layered;
#[cfg(feature = "tower")]
pub use tower::{ServiceTransport, TransportService};
#[cfg(feature = "ws")]
pub(crate) use websocket::dial::{WebSocketConnector, WebSocketSettings};
