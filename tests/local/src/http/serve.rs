//! One HTTP request.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri};
use axum::routing::{get, post};
use bytes::{Bytes, BytesMut};
use decthings::runtime::Router;
use http_body_util::BodyExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::JoinSet;

use super::{answer, keys, upgrade};
use crate::jobs::Once;
use crate::local::Local;

/// How long the body of a request may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(300);

/// The body is reserved in advance up to here; what is announced need not come.
const MAX_RESERVED: usize = 1 << 20;

/// What all requests share.
pub(super) struct Shared {
    pub(super) local: Arc<Local>,
    pub(super) router: Router,
    requests: Semaphore,
    /// A permit for each kibibyte of bodies.
    bodies: Semaphore,
    /// What serves the WebSockets.
    pub(super) sockets: Mutex<JoinSet<()>>,
    /// Set when the server stops.
    pub(super) stopping: Once<()>,
}

impl Shared {
    pub(super) fn new(local: Arc<Local>) -> Self {
        let limits = &local.config.limits;
        let requests = Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS));
        let bodies = Semaphore::new(kibibytes(limits.bodies_bytes).min(Semaphore::MAX_PERMITS));
        Self { router: local.router(), requests, bodies, sockets: Mutex::default(), stopping: Once::new(), local }
    }

    /// Makes room for a request; none if there are too many.
    pub(super) fn room(&self, body: usize) -> Option<[SemaphorePermit<'_>; 2]> {
        let request = self.requests.try_acquire().ok()?;
        let body = self.bodies.try_acquire_many(u32::try_from(kibibytes(body)).ok()?).ok()?;
        Some([request, body])
    }
}

/// The paths that there are.
pub(super) fn app(shared: Arc<Shared>) -> axum::Router {
    axum::Router::new()
        .route("/v0/{service}/{method}", post(call))
        .route("/v0/ws", get(upgrade::upgrade))
        .fallback(unknown_path)
        .with_state(shared)
}

async fn unknown_path(uri: Uri) -> Response<Body> {
    let message =
        format!("there is nothing at {}; calls go to POST /v0/{{service}}/{{method}} and /v0/ws\n", uri.path());
    answer::text(StatusCode::NOT_FOUND, message)
}

async fn call(
    State(shared): State<Arc<Shared>>,
    Path((service, method)): Path<(String, String)>,
    request: Request<Body>,
) -> Response<Body> {
    tokio::select! {
        biased;
        answer = answer(&shared, &service, &method, request) => answer,
        () = shared.stopping.wait() => {
            answer::text(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n".to_owned())
        }
    }
}

async fn answer(shared: &Shared, service: &str, method: &str, request: Request<Body>) -> Response<Body> {
    let limit = shared.local.config.limits.body_bytes;
    let allowed = keys::in_headers(&shared.local.config.keys, request.headers());
    let announced = announced_length(request.headers());
    let fits = announced.is_none_or(|length| length <= limit);
    let room = if allowed && fits { shared.room(announced.unwrap_or(limit)) } else { None };
    // A client that is not let finish would only see a broken connection. So what it sends is read in any case, but
    // it is only kept if it is going to be used.
    let body = read(request.into_body(), announced, limit, room.is_some());
    match tokio::time::timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(_)) if !allowed => answer::refusal("bad_credentials"),
        Ok(Ok(_)) if room.is_none() => answer::refusal("too_many_requests"),
        Ok(Ok(body)) => answer::api(shared.router.handle(service, method, body).await),
        Ok(Err(Unread::TooLong)) => {
            answer::text(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is longer than {limit} bytes\n"))
        }
        Ok(Err(Unread::Broken)) => answer::text(StatusCode::BAD_REQUEST, "the body broke off\n".to_owned()),
        Err(_) => answer::text(StatusCode::REQUEST_TIMEOUT, "the body took too long\n".to_owned()),
    }
}

enum Unread {
    TooLong,
    Broken,
}

/// Reads a body; at most twice the limit, so that one that is a little too long is answered in an orderly way.
async fn read(mut body: Body, announced: Option<usize>, limit: usize, keep: bool) -> Result<Bytes, Unread> {
    let mut kept = BytesMut::new();
    if keep {
        kept.reserve(announced.unwrap_or(0).min(MAX_RESERVED));
    }
    let mut length = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > limit {
            kept = BytesMut::new();
            if length > limit.saturating_mul(2) {
                break;
            }
        } else if keep {
            kept.extend_from_slice(&data);
        }
    }
    if length > limit { Err(Unread::TooLong) } else { Ok(kept.freeze()) }
}

fn kibibytes(bytes: usize) -> usize {
    bytes.div_ceil(1024)
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
