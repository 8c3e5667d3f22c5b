//! Start and stop.

use std::fmt;
use std::io;
use std::mem;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::serve::{Shared, app};
use crate::local::Local;

/// How long connections may take to close after everything has been answered.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(5);

/// A [`Local`] on a socket.
///
/// It answers `POST /v0/{service}/{method}` and the messages on WebSockets at `/v0/ws`, to callers with one of the keys
/// of its configuration.
pub struct LocalServer {
    shared: Arc<Shared>,
    local: Arc<Local>,
    address: SocketAddr,
    serving: Option<JoinHandle<io::Result<()>>>,
}

impl LocalServer {
    /// Starts to listen; port 0 is any that is free.
    ///
    /// # Errors
    ///
    /// [`StartError::NotLoopback`] when other machines could connect and the configuration does not allow that,
    /// [`StartError::ProcessesForOthers`] when it allows other machines and programs together,
    /// [`StartError::Bind`] when the address cannot be used.
    pub async fn start(local: Arc<Local>, address: SocketAddr) -> Result<Self, StartError> {
        if local.config.allow_remote && local.config.allow_processes {
            return Err(StartError::ProcessesForOthers);
        }
        if !address.ip().is_loopback() && !local.config.allow_remote {
            return Err(StartError::NotLoopback(address));
        }
        let bind = |source| StartError::Bind { address, source };
        let listener = TcpListener::bind(address).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let shared = Arc::new(Shared::new(local.clone()));
        let stopping = shared.stopping.clone();
        let server = axum::serve(listener, app(shared.clone()));
        let server = server.with_graceful_shutdown(async move { stopping.wait().await });
        let serving = Some(tokio::spawn(server.into_future()));
        Ok(Self { shared, local, address, serving })
    }

    /// Where clients find it, such as `http://127.0.0.1:8080/v0`.
    pub fn url(&self) -> String {
        format!("http://{}/v0", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A key that it accepts; empty if it accepts none.
    pub fn key(&self) -> &str {
        self.local.config.first_key()
    }

    /// Stops: all jobs end, which answers those who wait for them, then the connections are closed.
    pub async fn shutdown(mut self) {
        // First the jobs, since calls wait for them.
        self.local.shutdown().await;
        self.shared.stopping.set(());
        let mut sockets = mem::take(&mut *self.shared.sockets.lock().unwrap_or_else(PoisonError::into_inner));
        let closed = async { while sockets.join_next().await.is_some() {} };
        if tokio::time::timeout(CLOSING_TIMEOUT, closed).await.is_err() {
            sockets.shutdown().await;
        }
        if let Some(mut serving) = self.serving.take()
            && tokio::time::timeout(CLOSING_TIMEOUT, &mut serving).await.is_err()
        {
            serving.abort();
        }
    }
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

/// Why a server did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// Other machines could connect, which has to be allowed explicitly.
    NotLoopback(SocketAddr),
    /// Other machines could run programs on this one.
    ProcessesForOthers,
    /// The address cannot be used.
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoopback(address) => write!(
                f,
                "{address} can be reached from other machines, and nothing is encrypted; this has to be allowed \
                 explicitly"
            ),
            Self::ProcessesForOthers => f.write_str(
                "programs run for the user of this machine alone: allow other machines to connect or programs to \
                 run, not both",
            ),
            Self::Bind { address, source } => write!(f, "cannot listen on {address}: {source}"),
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::NotLoopback(_) | Self::ProcessesForOthers => None,
            Self::Bind { source, .. } => Some(source),
        }
    }
}
