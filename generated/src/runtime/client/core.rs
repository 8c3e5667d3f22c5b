//! What the clones of a client share.

use std::sync::Arc;
use std::time::Duration;

use super::middleware::Middleware;
use super::retry::{RetryBudget, RetryPolicy};
use crate::runtime::transport::{Credentials, Headers, Session, Transport};

/// What the clones of a client share.
pub(super) struct Core {
    pub(super) transport: Arc<dyn Transport>,
    pub(super) session: Session,
    pub(super) headers: Headers,
    pub(super) credentials: Arc<Credentials>,
    pub(super) middleware: Vec<Arc<dyn Middleware>>,
    pub(super) timeout: Duration,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) retry: RetryPolicy,
    pub(super) json_depth: usize,
    pub(super) budget: RetryBudget,
    pub(super) http_url: String,
    pub(super) websocket_url: String,
}
