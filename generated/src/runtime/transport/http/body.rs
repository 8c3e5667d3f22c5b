//! Request bodies as the HTTP library takes them.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::runtime::error::Failure;
use crate::runtime::transport::body::RequestBody;
use crate::runtime::transport::request::TransportRequest;

/// Why a body could not be sent to its end, for the one who sends it: the HTTP library knows that it broke, not why.
#[derive(Clone, Default)]
pub(super) struct Broken(Arc<Mutex<Option<Failure>>>);

impl Broken {
    pub(super) fn take(&self) -> Option<Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Segments {
    body: RequestBody,
    broken: Broken,
}

/// The body of a request; one piece by itself can also be sent again when an idle connection turns out to be dead.
pub(super) fn body(mut request: TransportRequest) -> (reqwest::Body, Broken) {
    let broken = Broken::default();
    if request.body.len() <= 1 && request.sources.is_empty() && request.meter.is_none() {
        return (request.body.pop().unwrap_or_default().into(), broken);
    }
    (reqwest::Body::wrap(Segments { body: request.into_body(), broken: broken.clone() }), broken)
}

impl Body for Segments {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match ready!(self.body.poll(cx)) {
            Some(Ok(piece)) => Some(Ok(Frame::data(piece))),
            Some(Err(failure)) => {
                let error = io::Error::other(failure.explain());
                *self.broken.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                Some(Err(error))
            }
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.left == 0 && self.body.pieces.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.left)
    }
}
