//! HTTP responses.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use decthings::runtime::{ApiError, ResponseFrame};
use http_body::{Frame, SizeHint};

use super::connections::Active;

/// A response of the API. Errors of the API have the status 200 too. The connection stays active until the response is
/// sent.
pub(super) fn api(frame: ResponseFrame, active: Option<Active>) -> Response<Body> {
    let body = Segments { left: frame.len(), segments: frame.into_segments().into(), _active: active };
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response
}

/// An error that every method has.
pub(super) fn error(code: &str) -> Response<Body> {
    api(ResponseFrame::error(&ApiError::new(code)), None)
}

/// A failure outside the API.
pub(super) fn text(status: StatusCode, message: String) -> Response<Body> {
    let mut response = Response::new(Body::from(message));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// A body of known length, in segments that are not copied.
struct Segments {
    segments: VecDeque<Bytes>,
    left: usize,
    _active: Option<Active>,
}

impl http_body::Body for Segments {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        let segment = body.segments.pop_front();
        body.left = body.left.saturating_sub(segment.as_ref().map_or(0, Bytes::len));
        Poll::Ready(segment.map(|segment| Ok(Frame::data(segment))))
    }

    fn is_end_stream(&self) -> bool {
        self.segments.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.left).unwrap_or(u64::MAX))
    }
}
