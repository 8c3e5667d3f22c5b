//! Bytes in pieces, so that nothing large is copied.

use std::fmt;

use bytes::{Bytes, BytesMut};

use crate::runtime::error::Failure;
use crate::runtime::files::Sourced;
use crate::tensor::Tensor;

/// Neighbours smaller than this are put together: one write is cheaper than many.
const SMALL: usize = 4096;

/// What a blob holds: pieces that follow each other.
#[derive(Clone, Default)]
pub struct Payload {
    segments: Vec<Bytes>,
    len: usize,
    /// What it holds instead of pieces, if it is not in memory.
    source: Option<Sourced>,
}

impl Payload {
    pub(crate) fn push(&mut self, segment: Bytes) {
        self.len = self.len.saturating_add(segment.len());
        if !segment.is_empty() {
            self.segments.push(segment);
        }
    }

    pub(crate) fn push_tensor(&mut self, tensor: &Tensor) {
        let mut segments = Vec::new();
        tensor.encode_into(&mut segments);
        for segment in segments {
            self.push(segment);
        }
    }

    /// What is not in memory, and has so many bytes.
    pub(crate) fn elsewhere(source: Sourced, len: usize) -> Self {
        Self { segments: Vec::new(), len, source: Some(source) }
    }

    pub(crate) fn source(&self) -> Option<&Sourced> {
        self.source.as_ref()
    }

    /// Reads into memory what is not there.
    pub(crate) async fn load(&mut self) -> Result<(), Failure> {
        if let Some(source) = &self.source {
            *self = Self::from(source.load().await?);
        }
        Ok(())
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The pieces.
    pub fn segments(&self) -> &[Bytes] {
        &self.segments
    }

    /// The whole in one piece; copies unless it is in one piece already.
    pub fn to_bytes(&self) -> Bytes {
        join(&self.segments)
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        let mut payload = Self::default();
        payload.push(bytes);
        payload
    }
}

impl fmt::Debug for Payload {
    /// Tells the length only: the bytes may be many, or private.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({} bytes)", self.len)
    }
}

/// All pieces in one.
pub(crate) fn join(segments: &[Bytes]) -> Bytes {
    if let [one] = segments {
        return one.clone();
    }
    let mut whole = BytesMut::with_capacity(total(segments));
    for segment in segments {
        whole.extend_from_slice(segment);
    }
    whole.freeze()
}

/// The number of bytes in all pieces.
pub(crate) fn total(segments: &[Bytes]) -> usize {
    segments.iter().fold(0, |sum, segment| sum.saturating_add(segment.len()))
}

/// The same bytes with small neighbours put together.
pub(crate) fn coalesce(segments: impl IntoIterator<Item = Bytes>) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    let mut small = BytesMut::new();
    for segment in segments {
        if segment.len() <= SMALL {
            small.extend_from_slice(&segment);
        } else {
            if !small.is_empty() {
                pieces.push(small.split().freeze());
            }
            pieces.push(segment);
        }
    }
    if !small.is_empty() {
        pieces.push(small.freeze());
    }
    pieces
}
