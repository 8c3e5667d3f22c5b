//! What all connections share: the services, the keys, the limits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use decthings::{ApiError, ApiKey, AxumAdapter};
use tokio::sync::Semaphore;

use super::connections::Connections;
use super::origin::is_own_host;
use crate::config::LocalConfig;
use crate::jobs::signal::Once;
use crate::local::Local;

/// How long the calls in progress, and then the closing of a connection, may take when the server stops. It is at least that
/// of the adapter's WebSockets.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// What all connections share.
pub(super) struct Shared {
    local: Arc<Local>,
    pub(super) adapter: AxumAdapter,
    address: SocketAddr,
    pub(super) connections: Arc<Connections>,
    /// A permit for each WebSocket that has sent a valid key.
    pub(super) sockets: Arc<Semaphore>,
    /// Set when the server stops.
    pub(super) stopping: Once<()>,
}

impl Shared {
    pub(super) fn new(local: Arc<Local>, address: SocketAddr) -> Self {
        let limits = &local.config().limits;
        let (requests, bodies) = (semaphore(limits.requests), semaphore(kibibytes(limits.bodies_bytes)));
        let (keys, stopping) = (local.clone(), Once::new());
        let stopped = stopping.clone();
        let adapter = AxumAdapter::new(local.router())
            .max_body_bytes(limits.body_bytes)
            .max_socket_calls(limits.socket_calls)
            .check_key(move |key| check(keys.config(), key))
            .admit(move |body| {
                let request = requests.clone().try_acquire_owned().ok()?;
                let body = bodies.clone().try_acquire_many_owned(u32::try_from(kibibytes(body)).ok()?).ok()?;
                Some([request, body])
            })
            .with_graceful_shutdown(async move { stopped.wait().await });
        Self {
            adapter,
            address,
            connections: Connections::new(limits.connections),
            sockets: semaphore(limits.sockets),
            stopping,
            local,
        }
    }

    fn config(&self) -> &LocalConfig {
        self.local.config()
    }

    /// Whether requests may be for this host, as URLs have it, or from its pages.
    pub(super) fn is_allowed_host(&self, host: &str) -> bool {
        let config = self.config();
        is_own_host(host, self.address.ip(), config.allow_remote)
            || config.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// Whether the headers of a request have one of the keys.
    pub(super) fn has_valid_key(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        self.check(given.and_then(ApiKey::new).as_ref()).is_ok()
    }

    pub(super) fn check(&self, key: Option<&ApiKey>) -> Result<(), ApiError> {
        check(self.config(), key)
    }
}

/// Accepts the configured keys.
fn check(config: &LocalConfig, given: Option<&ApiKey>) -> Result<(), ApiError> {
    let given = given.map(ApiKey::expose).unwrap_or_default().as_bytes();
    match config.keys.iter().fold(false, |valid, key| valid | is_equal(key.as_bytes(), given)) {
        true => Ok(()),
        false => Err(ApiError::new("bad_credentials")),
    }
}

fn semaphore(permits: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)))
}

/// Compares in a time that does not depend on where the difference is.
fn is_equal(key: &[u8], given: &[u8]) -> bool {
    let difference = key.iter().zip(given).fold(0u8, |difference, (a, b)| difference | (a ^ b));
    !key.is_empty() && key.len() == given.len() && difference == 0
}

fn kibibytes(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}
