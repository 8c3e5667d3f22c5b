//! Blobs on their way out: small ones gathered in one buffer, large ones as they are.

use bytes::Bytes;

use crate::runtime::blob::Sourced;
use crate::runtime::error::Failure;
use crate::tensor::Tensor;
use crate::varint;

/// What is larger is a piece of its own and is not copied. Smaller pieces are sent at half the speed or less, as
/// measured with pieces of 2 to 128 KiB, and copying more is hardly faster.
const LARGE: usize = 16 << 10;

/// Where the lengths of blobs stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// All of them before the JSON.
    Request,
    /// Each before its blob.
    Response,
}

/// Bytes in memory, or elsewhere.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Bytes(Bytes),
    Source(Sourced),
}

impl Piece {
    /// The bytes, if they are in memory.
    pub(super) fn into_bytes(self) -> Option<Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Source(_) => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Source(sourced) => usize::try_from(sourced.source.len()).unwrap_or(usize::MAX),
        }
    }

    /// Reads into memory what is not there.
    pub(super) async fn load(&mut self) -> Result<(), Failure> {
        if let Self::Source(source) = self {
            *self = Self::Bytes(source.load().await?);
        }
        Ok(())
    }
}

/// Collects blobs.
#[derive(Debug)]
pub(super) struct BlobWriter {
    layout: Layout,
    lens: Vec<usize>,
    pieces: Vec<Piece>,
    /// Small bytes behind the last piece.
    gathered: Vec<u8>,
}

impl BlobWriter {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, lens: Vec::new(), pieces: Vec::new(), gathered: Vec::new() }
    }

    /// How many blobs there are.
    pub(super) fn count(&self) -> usize {
        self.lens.len()
    }

    /// Adds a blob of these bytes.
    pub(super) fn bytes(&mut self, bytes: &Bytes) {
        self.begin(bytes.len());
        self.push(bytes);
    }

    /// Adds a blob of these tensors, back to back.
    pub(super) fn tensors(&mut self, tensors: &[Tensor]) {
        let len = tensors.iter().fold(0, |sum: usize, tensor| sum.saturating_add(tensor.encoded_len()));
        self.begin(len);
        for tensor in tensors {
            tensor.write_header(&mut self.gathered);
            self.push(tensor.elements());
        }
    }

    /// Adds a blob that is not in memory.
    pub(super) fn source(&mut self, source: Sourced, len: usize) {
        self.begin(len);
        self.flush();
        self.pieces.push(Piece::Source(source));
    }

    /// The lengths, where the layout has them elsewhere, and the bytes.
    pub(super) fn finish(mut self) -> (Vec<usize>, Vec<Piece>) {
        self.flush();
        (self.lens, self.pieces)
    }

    fn begin(&mut self, len: usize) {
        self.lens.push(len);
        if self.layout == Layout::Response {
            write_len(len, &mut self.gathered);
        }
        if len <= LARGE {
            self.gathered.reserve(len);
        }
    }

    fn push(&mut self, bytes: &Bytes) {
        if bytes.len() <= LARGE {
            self.gathered.extend_from_slice(bytes);
        } else {
            self.flush();
            self.pieces.push(Piece::Bytes(bytes.clone()));
        }
    }

    fn flush(&mut self) {
        if !self.gathered.is_empty() {
            self.pieces.push(Piece::Bytes(std::mem::take(&mut self.gathered).into()));
        }
    }
}

pub(super) fn write_len(len: usize, out: &mut Vec<u8>) {
    // No machine's usize is wider than 64 bits.
    varint::write(u64::try_from(len).unwrap_or(u64::MAX), out);
}
