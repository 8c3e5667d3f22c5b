//! Calls over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Response, StatusCode};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use super::connections::Connection;
use super::response;
use super::shared::Shared;

/// How long the body of a request may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(300);

/// How long a client may send nothing of a body.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the rest of a body is received after the response to a rejected request.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(3);

/// How much memory is reserved for a body in advance, since the announced length may be wrong.
const MAX_RESERVED: usize = 1 << 20;

/// Serves `POST /v0/{service}/{method}`.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Extension<Arc<Connection>>,
    Path((service, method)): Path<(String, String)>,
    request: Request,
) -> Response<Body> {
    let (head, mut body) = request.into_parts();
    // Nothing of a body is kept before the key is known to be valid.
    if !shared.has_valid_key(&head.headers) {
        discard(body);
        return response::error("bad_credentials");
    }
    let active = connection.activate();
    let respond = async {
        let limit = shared.limits().body_bytes;
        let announced = announced_length(&head.headers);
        if announced.is_some_and(|length| length > limit) {
            return BodyError::TooLong.response(limit);
        }
        let Some(_permits) = shared.admit(announced.unwrap_or(limit)) else {
            return response::error("too_many_requests");
        };
        let read = timeout(BODY_TIMEOUT, read(&mut body, announced, limit));
        match read.await.unwrap_or(Err(BodyError::TooSlow)) {
            Ok(body) => response::api(shared.router.handle(&service, &method, body).await, Some(active)),
            Err(error) => error.response(limit),
        }
    };
    let response = tokio::select! {
        biased;
        response = respond => response,
        () = shared.stopping.wait() => {
            response::text(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n".to_owned())
        }
    };
    discard(body);
    response
}

enum BodyError {
    TooLong,
    TooSlow,
    Incomplete,
}

impl BodyError {
    fn response(&self, limit: usize) -> Response<Body> {
        let (status, message) = match self {
            Self::TooLong => (StatusCode::PAYLOAD_TOO_LARGE, format!("the body is longer than {limit} bytes\n")),
            Self::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long\n".to_owned()),
            Self::Incomplete => (StatusCode::BAD_REQUEST, "the body is incomplete\n".to_owned()),
        };
        response::text(status, message)
    }
}

/// Reads a body up to the limit.
async fn read(body: &mut Body, announced: Option<usize>, limit: usize) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::with_capacity(announced.unwrap_or(0).min(MAX_RESERVED));
    while let Some(frame) = timeout(STALL_TIMEOUT, body.frame()).await.map_err(|_| BodyError::TooSlow)? {
        let Ok(data) = frame.map_err(|_| BodyError::Incomplete)?.into_data() else { continue };
        if data.len() > limit.saturating_sub(kept.len()) {
            return Err(BodyError::TooLong);
        }
        kept.extend_from_slice(&data);
    }
    Ok(kept.freeze())
}

/// Receives the rest of a body in the background, and drops it. A client that is still sending it would otherwise see a
/// broken connection instead of the response.
fn discard(mut body: Body) {
    if !body.is_end_stream() {
        tokio::spawn(timeout(DISCARD_TIMEOUT, async move { while let Some(Ok(_)) = body.frame().await {} }));
    }
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
