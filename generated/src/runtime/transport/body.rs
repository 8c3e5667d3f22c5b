//! A request's body in pieces, with its exact length.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::runtime::wire::total;

pub(super) struct Segments {
    pieces: std::vec::IntoIter<Bytes>,
    left: u64,
}

/// A body of these pieces; one piece by itself can also be sent again when an idle connection turns out to be dead.
pub(super) fn body(mut pieces: Vec<Bytes>) -> reqwest::Body {
    if pieces.len() <= 1 {
        return pieces.pop().unwrap_or_default().into();
    }
    let left = u64::try_from(total(&pieces)).unwrap_or(u64::MAX);
    reqwest::Body::wrap(Segments { pieces: pieces.into_iter(), left })
}

impl Body for Segments {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.next();
        if let Some(piece) = &piece {
            let len = u64::try_from(piece.len()).unwrap_or(u64::MAX);
            self.left = self.left.saturating_sub(len);
        }
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
