//! The server: start, routes, stop.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Response, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::listener::listen;
use super::shared::{CLOSE_TIMEOUT, Shared};
use super::{http, origin, response, upgrade};
use crate::local::Local;
use crate::workspace;

/// A [`Local`] that listens on a socket.
///
/// It serves `POST /v0/{service}/{method}` and WebSockets at `/v0/ws`, for callers with one of the configured keys.
pub struct LocalServer {
    shared: Arc<Shared>,
    local: Arc<Local>,
    address: SocketAddr,
    serving: Option<JoinHandle<()>>,
}

impl LocalServer {
    /// Starts to listen. Port 0 stands for any free port. If a server of the same user was killed, this ends the programs
    /// that it has left, and deletes its folder.
    ///
    /// # Errors
    ///
    /// [`StartError::NotLoopback`] when other machines could connect and the configuration does not allow that,
    /// [`StartError::RemoteProcesses`] when it allows both other machines and programs,
    /// [`StartError::Bind`] when the address cannot be used.
    pub async fn start(local: Arc<Local>, address: SocketAddr) -> Result<Self, StartError> {
        if local.config().allow_remote && local.config().allow_processes {
            return Err(StartError::RemoteProcesses);
        }
        if !address.ip().is_loopback() && !local.config().allow_remote {
            return Err(StartError::NotLoopback(address));
        }
        workspace::clean_up().await;
        let bind = |source| StartError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let shared = Arc::new(Shared::new(local.clone(), address));
        let serving = Some(tokio::spawn(listen(shared.clone(), listener, routes(shared.clone()))));
        Ok(Self { shared, local, address, serving })
    }

    /// The URL for clients, such as `http://127.0.0.1:8080/v0`.
    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An accepted key, which is empty if there is none.
    pub fn key(&self) -> &str {
        self.local.config().first_key()
    }

    /// Stops all jobs, which completes the calls that wait for them, then closes the connections.
    pub async fn shutdown(mut self) {
        // First the jobs, since calls wait for them.
        self.local.shutdown().await;
        self.shared.stopping.set(());
        if let Some(mut serving) = self.serving.take()
            && timeout(CLOSE_TIMEOUT.saturating_mul(2), &mut serving).await.is_err()
        {
            serving.abort();
        }
    }
}

/// The routes of the server.
fn routes(shared: Arc<Shared>) -> axum::Router {
    axum::Router::new()
        .route("/v0/{service}/{method}", post(http::call))
        .route("/v0/ws", get(upgrade::upgrade))
        .fallback(not_found)
        .layer(from_fn_with_state(shared.clone(), origin::check))
        .with_state(shared)
}

async fn not_found(uri: Uri) -> Response<Body> {
    let message = format!("no route for {}; calls go to POST /v0/{{service}}/{{method}} and /v0/ws\n", uri.path());
    response::text(StatusCode::NOT_FOUND, message)
}

/// Stops listening. [`shutdown`](LocalServer::shutdown) also waits until everything has ended.
impl Drop for LocalServer {
    fn drop(&mut self) {
        self.shared.stopping.set(());
    }
}

impl fmt::Debug for LocalServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalServer").field("address", &self.address).finish_non_exhaustive()
    }
}

/// The error of a server that does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Other machines could connect, which must be allowed explicitly.
    NotLoopback(SocketAddr),
    /// Other machines could run programs on this one.
    RemoteProcesses,
    /// The address cannot be used.
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} is reachable from other machines, without encryption; this must be allowed explicitly"
            ),
            Self::RemoteProcesses => f.write_str(
                "programs run for the user of this machine alone; allow other machines to connect, or programs to \
                 run, but not both",
            ),
            Self::Bind { address, source } => write!(f, "cannot listen on {address}: {source}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotLoopback(_) | Self::RemoteProcesses => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
