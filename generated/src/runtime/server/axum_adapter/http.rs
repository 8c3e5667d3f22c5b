//! Calls over HTTP.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use ::axum::body::{Body, HttpBody as _};
use ::axum::extract::Request;
use ::axum::http::header::{AUTHORIZATION, CONTENT_LENGTH};
use ::axum::http::{HeaderMap, Response, StatusCode};
use bytes::{Bytes, BytesMut};
use tokio::time::timeout;

use super::{AxumAdapter, response};
use crate::runtime::method::{ApiError, ApiKey};

/// How long the body of a request may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(300);

/// How long a client may send nothing of a body.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long the rest of a body is received after the response to a rejected request.
const DISCARD_TIMEOUT: Duration = Duration::from_secs(3);

/// How much memory is reserved for a body in advance, since the announced length may be wrong.
const MAX_RESERVED: usize = 1 << 20;

pub(super) async fn call(adapter: &AxumAdapter, service: &str, method: &str, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut body = Unread(body);
    // Nothing of a body is kept before the key is known to be valid.
    if let Some(check) = &adapter.check
        && let Err(error) = check(bearer(&head.headers).as_ref())
    {
        return response::error(&error);
    }
    let limit = adapter.max_body_bytes;
    let announced = announced_len(&head.headers);
    if announced.is_some_and(|len| len > limit) {
        return BodyError::TooLong.response(limit);
    }
    let Some(_permit) = adapter.admit_call(announced.unwrap_or(limit)) else {
        return response::error(&ApiError::new("too_many_requests"));
    };
    let read = timeout(BODY_TIMEOUT, read(&mut body.0, announced, limit));
    match read.await.unwrap_or(Err(BodyError::TooSlow)) {
        Ok(body) => response::api(adapter.router.handle(service, method, body).await),
        Err(error) => error.response(limit),
    }
}

fn bearer(headers: &HeaderMap) -> Option<ApiKey> {
    ApiKey::new(headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?)
}

fn announced_len(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
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
    while let Some(data) = timeout(STALL_TIMEOUT, next(body)).await.map_err(|_| BodyError::TooSlow)? {
        let data = data.map_err(|_| BodyError::Incomplete)?;
        if data.len() > limit.saturating_sub(kept.len()) {
            return Err(BodyError::TooLong);
        }
        kept.extend_from_slice(&data);
    }
    Ok(kept.freeze())
}

/// The next part of a body; empty for trailers.
async fn next(body: &mut Body) -> Option<Result<Bytes, ::axum::Error>> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}

/// A body. When it is dropped, the rest is received in the background: a client that is still sending it would otherwise
/// see a broken connection instead of the response.
struct Unread(Body);

impl Drop for Unread {
    fn drop(&mut self) {
        let mut body = std::mem::take(&mut self.0);
        if !body.is_end_stream()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(timeout(DISCARD_TIMEOUT, async move { while let Some(Ok(_)) = next(&mut body).await {} }));
        }
    }
}
