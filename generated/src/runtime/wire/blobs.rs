//! Outgoing blobs: small ones are gathered in one buffer, large ones are not copied.

use bytes::Bytes;

use crate::runtime::blob::Sourced;
use crate::tensor::Tensor;
use crate::varint;

/// Bytes up to this length are gathered. Larger ones are segments of their own, without a copy. Smaller segments are
/// sent at half the speed or less, as measured with 2 to 128 KiB, and copying more is hardly faster.
pub(super) const MAX_GATHERED: usize = 16 << 10;

/// The place of the lengths of blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// All of them before the JSON.
    Request,
    /// Each before its blob.
    Response,
}

/// Outgoing bytes in segments.
#[derive(Clone, Debug, Default)]
pub(super) struct Segments {
    pub(super) bytes: Vec<Bytes>,
    /// Bytes that are not in memory, each with the number of segments before it.
    pub(super) sources: Vec<(usize, Sourced)>,
    /// Small bytes that follow.
    buffer: Vec<u8>,
}

impl Segments {
    /// Segments that begin with these bytes.
    pub(super) fn new(buffer: Vec<u8>) -> Self {
        Self { buffer, ..Self::default() }
    }

    pub(super) fn push(&mut self, bytes: &Bytes) {
        if bytes.len() <= MAX_GATHERED {
            self.buffer.extend_from_slice(bytes);
        } else {
            self.flush();
            self.bytes.push(bytes.clone());
        }
    }

    pub(super) fn push_source(&mut self, source: Sourced) {
        self.flush();
        self.sources.push((self.bytes.len(), source));
    }

    pub(super) fn append(&mut self, other: &Self) {
        let mut sources = other.sources.iter().peekable();
        for index in 0..=other.bytes.len() {
            while let Some((_, source)) = sources.next_if(|(before, _)| *before == index) {
                self.push_source(source.clone());
            }
            if let Some(bytes) = other.bytes.get(index) {
                self.push(bytes);
            }
        }
    }

    pub(super) fn flush(&mut self) {
        if !self.buffer.is_empty() {
            self.bytes.push(std::mem::take(&mut self.buffer).into());
        }
    }
}

/// Collects blobs.
#[derive(Debug)]
pub(super) struct BlobWriter {
    pub(super) layout: Layout,
    lens: Vec<usize>,
    segments: Segments,
}

impl BlobWriter {
    pub(super) fn new(layout: Layout) -> Self {
        Self { layout, lens: Vec::new(), segments: Segments::default() }
    }

    /// The number of blobs.
    pub(super) fn count(&self) -> usize {
        self.lens.len()
    }

    pub(super) fn bytes(&mut self, bytes: &Bytes) {
        self.begin(bytes.len());
        self.segments.push(bytes);
    }

    /// Adds one blob with all of these tensors.
    pub(super) fn tensors(&mut self, tensors: &[Tensor]) {
        self.begin(tensors.iter().fold(0, |sum: usize, tensor| sum.saturating_add(tensor.encoded_len())));
        for tensor in tensors {
            tensor.write_header(&mut self.segments.buffer);
            self.segments.push(tensor.elements());
        }
    }

    pub(super) fn source(&mut self, source: Sourced, len: usize) {
        self.begin(len);
        self.segments.push_source(source);
    }

    /// The length of each blob, and their bytes.
    pub(super) fn finish(mut self) -> (Vec<usize>, Segments) {
        self.segments.flush();
        (self.lens, self.segments)
    }

    fn begin(&mut self, len: usize) {
        self.lens.push(len);
        if self.layout == Layout::Response {
            write_len(len, &mut self.segments.buffer);
        }
        if len <= MAX_GATHERED {
            self.segments.buffer.reserve(len);
        }
    }
}

pub(super) fn write_len(len: usize, out: &mut Vec<u8>) {
    // No machine's usize is wider than 64 bits.
    varint::write(u64::try_from(len).unwrap_or(u64::MAX), out);
}
