//! What all connections share: the services, the keys, the limits.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use decthings::ApiKey;
use decthings::runtime::Router;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::connections::Connections;
use super::origin::is_own_host;
use crate::config::{Limits, LocalConfig};
use crate::jobs::signal::Once;
use crate::local::Local;

/// How long the calls in progress, and then the closing of a connection, may take when the server stops.
pub(super) const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// What all connections share.
pub(super) struct Shared {
    pub(super) local: Arc<Local>,
    pub(super) router: Router,
    requests: Semaphore,
    /// A permit for each kibibyte of bodies.
    bodies: Semaphore,
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
        let semaphore = |permits: usize| Semaphore::new(permits.min(Semaphore::MAX_PERMITS));
        Self {
            router: local.router(),
            address,
            connections: Connections::new(limits.connections),
            requests: semaphore(limits.requests),
            bodies: semaphore(kibibytes(limits.bodies_bytes)),
            sockets: Arc::new(semaphore(limits.sockets)),
            stopping: Once::new(),
            local,
        }
    }

    fn config(&self) -> &LocalConfig {
        self.local.config()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.config().limits
    }

    /// Admits a request with a body of this length, unless too many are in progress.
    pub(super) fn admit(&self, body: usize) -> Option<[SemaphorePermit<'_>; 2]> {
        let request = self.requests.try_acquire().ok()?;
        let body = self.bodies.try_acquire_many(u32::try_from(kibibytes(body)).ok()?).ok()?;
        Some([request, body])
    }

    /// Whether requests may be for this host, as URLs have it, or from its pages.
    pub(super) fn is_allowed_host(&self, host: &str) -> bool {
        let config = self.config();
        is_own_host(host, self.address.ip(), config.allow_remote)
            || config.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host))
    }

    /// Whether the headers of a request have one of the keys.
    pub(super) fn has_valid_key(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        given.is_some_and(|given| self.is_valid_key(given))
    }

    /// Whether a message on a WebSocket has one of the keys.
    pub(super) fn is_valid(&self, key: Option<&ApiKey>) -> bool {
        key.is_some_and(|key| self.is_valid_key(key.expose().as_bytes()))
    }

    fn is_valid_key(&self, given: &[u8]) -> bool {
        self.config().keys.iter().fold(false, |valid, key| valid | is_equal(key.as_bytes(), given))
    }
}

/// Compares in a time that does not depend on where the difference is.
fn is_equal(key: &[u8], given: &[u8]) -> bool {
    let difference = key.iter().zip(given).fold(0u8, |difference, (a, b)| difference | (a ^ b));
    !key.is_empty() && key.len() == given.len() && difference == 0
}

fn kibibytes(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}
