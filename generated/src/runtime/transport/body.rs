//! Request bodies in pieces, with their exact length.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;

use super::error::TransportError;
use super::progress::TransferCounter;
use crate::runtime::blob::{Pull, Sourced};
use crate::runtime::error::Failure;

/// The largest piece whose progress is reported at once.
const MAX_COUNTED: usize = 256 << 10;

/// The body of a request, piece by piece. Files and readers are read on demand.
pub struct RequestBody {
    pub(super) pieces: std::vec::IntoIter<Piece>,
    current: Option<Piece>,
    pub(super) left: u64,
    counter: Option<TransferCounter>,
}

pub(super) enum Piece {
    Bytes(Bytes),
    /// The HTTP library requires bodies to be `Sync`, which the mutex provides; it is never locked.
    Source(Box<Mutex<Pull>>),
}

impl RequestBody {
    /// Creates a body of bytes, and of sources that each follow a number of them.
    pub(crate) fn new(body: Vec<Bytes>, sources: Vec<(usize, Sourced)>, counter: Option<TransferCounter>) -> Self {
        let bytes_len = body.iter().map(|bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let left = bytes_len.chain(sources.iter().map(|(_, source)| source.source.len()));
        let left = left.fold(0, u64::saturating_add);
        let source = |(_, source)| Piece::Source(Box::new(Mutex::new(Pull::new(source))));
        let mut pieces = Vec::new();
        let mut sources = sources.into_iter().peekable();
        for (index, bytes) in body.into_iter().enumerate() {
            while let Some(next) = sources.next_if(|(before, _)| *before <= index) {
                pieces.push(source(next));
            }
            pieces.push(Piece::Bytes(bytes));
        }
        pieces.extend(sources.map(source));
        Self { pieces: pieces.into_iter(), current: None, left, counter }
    }

    /// The number of bytes that have not been read.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Reads the next piece; `None` after the last one.
    ///
    /// # Errors
    ///
    /// A file or reader cannot be read. The transport must abort the request then.
    pub async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        poll_fn(|cx| self.poll(cx)).await.map(|piece| piece.map_err(TransportError))
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Failure>>> {
        loop {
            let bytes = match &mut self.current {
                None => None,
                Some(Piece::Bytes(bytes)) => {
                    let max = if self.counter.is_some() { MAX_COUNTED } else { usize::MAX };
                    Some(bytes.split_to(bytes.len().min(max))).filter(|bytes| !bytes.is_empty()).map(Ok)
                }
                Some(Piece::Source(pull)) => ready!(pull.get_mut().unwrap_or_else(PoisonError::into_inner).poll(cx)),
            };
            if let Some(Ok(bytes)) = &bytes {
                let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                self.left = self.left.saturating_sub(len);
                if let Some(counter) = &self.counter {
                    counter.count(|now| now.sent = now.sent.saturating_add(len));
                }
            }
            if bytes.is_some() {
                return Poll::Ready(bytes);
            }
            self.current = self.pieces.next();
            if self.current.is_none() {
                return Poll::Ready(None);
            }
        }
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("left", &self.left).finish_non_exhaustive()
    }
}
