//! A request's body in pieces, with its exact length.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::{fmt, io};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::error::TransportError;
use super::progress::TransferCounter;
use super::request::TransportRequest;
use crate::runtime::blob::{Pull, Sourced};
use crate::runtime::error::Failure;

/// The largest piece of which progress is told.
const TOLD: usize = 256 << 10;

/// A request's body that is read piece by piece, each when it is needed. Bytes of files and readers are read then.
pub struct RequestBody {
    pieces: std::vec::IntoIter<Piece>,
    current: Current,
    left: u64,
    meter: Option<TransferCounter>,
}

enum Piece {
    Bytes(Bytes),
    Source(Sourced),
}

enum Current {
    Nothing,
    Bytes(Bytes),
    /// The lock is never taken: it is for the HTTP library, which wants bodies to be `Sync`.
    Source(Box<Mutex<Pull>>),
}

impl RequestBody {
    pub(crate) fn new(body: Vec<Bytes>, sources: Vec<(usize, Sourced)>, meter: Option<TransferCounter>) -> Self {
        let mut pieces = Vec::new();
        let mut sources = sources.into_iter().peekable();
        for (index, bytes) in body.into_iter().enumerate() {
            while let Some((_, sourced)) = sources.next_if(|(before, _)| *before <= index) {
                pieces.push(Piece::Source(sourced));
            }
            pieces.push(Piece::Bytes(bytes));
        }
        pieces.extend(sources.map(|(_, sourced)| Piece::Source(sourced)));
        let len = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Piece::Source(sourced) => sourced.source.len(),
        };
        let left = pieces.iter().fold(0, |sum: u64, piece| sum.saturating_add(len(piece)));
        Self { pieces: pieces.into_iter(), current: Current::Nothing, left, meter }
    }

    /// How many bytes are left.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next piece; none behind the last one.
    ///
    /// # Errors
    ///
    /// Bytes of a file or reader cannot be read. The request must not be sent to its end then, as if it were whole.
    pub async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|cx| self.poll(cx)).await.map(|piece| piece.map_err(TransportError::from))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        loop {
            let piece = match &mut self.current {
                Current::Nothing => None,
                Current::Bytes(bytes) => {
                    let most = if self.meter.is_some() { TOLD } else { usize::MAX };
                    Some(bytes.split_to(bytes.len().min(most))).filter(|bytes| !bytes.is_empty()).map(Ok)
                }
                Current::Source(pull) => ready!(pull.get_mut().unwrap_or_else(PoisonError::into_inner).poll(cx)),
            };
            match piece {
                Some(Ok(bytes)) => {
                    let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    self.left = self.left.saturating_sub(len);
                    if let Some(meter) = &self.meter {
                        meter.count(|now| now.sent = now.sent.saturating_add(len));
                    }
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Err(failure)) => return Poll::Ready(Some(Err(failure))),
                None => match self.pieces.next() {
                    Some(Piece::Bytes(bytes)) => self.current = Current::Bytes(bytes),
                    Some(Piece::Source(sourced)) => {
                        self.current = Current::Source(Box::new(Mutex::new(Pull::new(sourced))))
                    }
                    None => return Poll::Ready(None),
                },
            }
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("left", &self.left).finish_non_exhaustive()
    }
}

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
