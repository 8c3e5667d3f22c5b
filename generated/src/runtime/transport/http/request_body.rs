//! Request bodies for the HTTP library.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::runtime::error::Failure;
use crate::runtime::transport::body::RequestBody;
use crate::runtime::transport::request::TransportRequest;

/// The failure that ended a body early, which the error of the HTTP library does not contain.
#[derive(Clone, Default)]
pub(super) struct BodyFailure(Arc<Mutex<Option<Failure>>>);

impl BodyFailure {
    pub(super) fn replace(&self, failure: Option<Failure>) -> Option<Failure> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), failure)
    }
}

struct StreamedBody(RequestBody, BodyFailure);

/// The body of a request. The HTTP library can resend one that is a single piece if an idle connection was closed.
pub(super) fn request_body(mut request: TransportRequest) -> (reqwest::Body, BodyFailure) {
    let failure = BodyFailure::default();
    if request.body.len() <= 1 && request.sources.is_empty() && request.meter.is_none() {
        return (request.body.pop().unwrap_or_default().into(), failure);
    }
    (reqwest::Body::wrap(StreamedBody(request.into_body(), failure.clone())), failure)
}

impl Body for StreamedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0.poll(cx).map_ok(Frame::data).map_err(|failure| {
            let error = io::Error::other(failure.explain());
            self.1.replace(Some(failure));
            error
        })
    }

    fn is_end_stream(&self) -> bool {
        self.0.left == 0 && self.0.pieces.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.left)
    }
}
