//! Calls over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;

use super::response;
use super::shared::Shared;

/// How long the body of a request may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(300);

/// How much memory is reserved for a body in advance, since the announced length may be wrong.
const MAX_RESERVED: usize = 1 << 20;

/// Serves `POST /v0/{service}/{method}`.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    Path((service, method)): Path<(String, String)>,
    request: Request<Body>,
) -> Response<Body> {
    tokio::select! {
        biased;
        response = respond(&shared, &service, &method, request) => response,
        () = shared.stopping.wait() => {
            response::text(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n".to_owned())
        }
    }
}

async fn respond(shared: &Shared, service: &str, method: &str, request: Request<Body>) -> Response<Body> {
    let limit = shared.limits().body_bytes;
    let allowed = shared.has_valid_key(request.headers());
    let announced = announced_length(request.headers());
    let fits = announced.is_none_or(|length| length <= limit);
    let permits = if allowed && fits { shared.admit(announced.unwrap_or(limit)) } else { None };
    // A client that cannot finish its request would only see a broken connection. So the body is read in any case, but
    // it is only kept if it is going to be used.
    let body = read(request.into_body(), announced, limit, permits.is_some());
    match tokio::time::timeout(BODY_TIMEOUT, body).await {
        Ok(Ok(_)) if !allowed => response::error("bad_credentials"),
        Ok(Ok(_)) if permits.is_none() => response::error("too_many_requests"),
        Ok(Ok(body)) => response::api(shared.router.handle(service, method, body).await),
        Ok(Err(BodyError::TooLong)) => {
            response::text(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is longer than {limit} bytes\n"))
        }
        Ok(Err(BodyError::Incomplete)) => {
            response::text(StatusCode::BAD_REQUEST, "the body is incomplete\n".to_owned())
        }
        Err(_) => response::text(StatusCode::REQUEST_TIMEOUT, "the body took too long\n".to_owned()),
    }
}

enum BodyError {
    TooLong,
    Incomplete,
}

/// Reads a body, at most twice the limit, so that a client whose body is a little too long gets a response.
async fn read(mut body: Body, announced: Option<usize>, limit: usize, keep: bool) -> Result<Bytes, BodyError> {
    let mut kept = BytesMut::new();
    if keep {
        kept.reserve(announced.unwrap_or(0).min(MAX_RESERVED));
    }
    let mut length = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Incomplete)?.into_data() else { continue };
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
    if length > limit { Err(BodyError::TooLong) } else { Ok(kept.freeze()) }
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
