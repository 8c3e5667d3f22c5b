//! HTTP responses.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use ::axum::body::{Body, HttpBody};
use ::axum::http::header::CONTENT_TYPE;
use ::axum::http::{HeaderValue, Response, StatusCode};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::runtime::method::ApiError;
use crate::runtime::wire::ResponseFrame;

/// A response of the API. Errors of the API have the status 200 too.
pub(super) fn api(frame: ResponseFrame) -> Response<Body> {
    let body = Segments { left: frame.len(), segments: frame.into_segments().into_iter() };
    let mut response = Response::new(Body::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    response
}

/// An error of the API.
pub(super) fn error(error: &ApiError) -> Response<Body> {
    api(ResponseFrame::error(error))
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
    segments: std::vec::IntoIter<Bytes>,
    left: usize,
}

impl HttpBody for Segments {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let body = self.get_mut();
        let segment = body.segments.next();
        body.left = body.left.saturating_sub(segment.as_ref().map_or(0, Bytes::len));
        Poll::Ready(segment.map(|segment| Ok(Frame::data(segment))))
    }

    fn is_end_stream(&self) -> bool {
        self.segments.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(self.left).unwrap_or(u64::MAX))
    }
}
