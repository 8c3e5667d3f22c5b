//! A request's body in pieces, with its exact length.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use super::error::TransportError;
use super::progress::TransferCounter;
use crate::runtime::blob::{Pull, Sourced};
use crate::runtime::error::Failure;

/// The largest piece of which progress is told.
const TOLD: usize = 256 << 10;

/// A request's body that is read piece by piece, each when it is needed. Bytes of files and readers are read then.
pub struct RequestBody {
    pub(super) pieces: std::vec::IntoIter<Piece>,
    current: Current,
    pub(super) left: u64,
    meter: Option<TransferCounter>,
}

pub(super) enum Piece {
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

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
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
