//! Request bodies for the HTTP library.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;

use crate::runtime::error::Failure;
use crate::runtime::transport::body::RequestBody;
use crate::runtime::transport::request::TransportRequest;

struct StreamedBody {
    body: RequestBody,
    failure: Option<oneshot::Sender<Failure>>,
}

/// The body of a request, and the failure that ends it early, which the error of the HTTP library does not contain. If
/// an idle connection was closed, the HTTP library can resend a body that is a single piece.
pub(super) fn request_body(mut request: TransportRequest) -> (reqwest::Body, oneshot::Receiver<Failure>) {
    let (sender, failure) = oneshot::channel();
    if request.body.len() <= 1 && request.sources.is_empty() && request.meter.is_none() {
        return (request.body.pop().unwrap_or_default().into(), failure);
    }
    (reqwest::Body::wrap(StreamedBody { body: request.into_body(), failure: Some(sender) }), failure)
}

impl Body for StreamedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.body.poll(cx).map_ok(Frame::data).map_err(|failure| {
            let error = io::Error::other(failure.explain());
            let _ = self.failure.take().map(|sender| sender.send(failure));
            error
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.left == 0 && self.body.pieces.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.body.left)
    }
}
