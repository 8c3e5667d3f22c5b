//! An answer that is arriving.

use bytes::Bytes;

use crate::runtime::error::Failure;
use crate::runtime::transport::response_buffer::ResponseBuffer;

/// The most bytes that are reserved because a header says so.
const TRUSTED: usize = 16 << 20;

/// An answer that is arriving. Its pieces are copied once, into one piece of memory that grows with what arrives, not
/// with what is announced.
pub(super) struct Arriving {
    whole: Vec<u8>,
    /// A piece that has not been copied yet: it may be the only one.
    first: Bytes,
    announced: usize,
    most: u64,
    buffer: Option<ResponseBuffer>,
}

impl Arriving {
    /// An answer of at most that many bytes, for which its head announces a number.
    pub(super) fn new(announced: Option<u64>, most: u64, buffer: Option<ResponseBuffer>) -> Result<Self, Failure> {
        if announced.is_some_and(|announced| announced > most) {
            return Err(too_large(most));
        }
        let announced = announced.and_then(|announced| usize::try_from(announced).ok()).unwrap_or(0);
        let whole = buffer.as_ref().map(ResponseBuffer::take).unwrap_or_default();
        Ok(Self { whole, first: Bytes::new(), announced, most, buffer })
    }

    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: Bytes) -> Result<(), Failure> {
        let len = self.whole.len().saturating_add(self.first.len()).saturating_add(piece.len());
        if u64::try_from(len).map_or(true, |len| len > self.most) {
            return Err(too_large(self.most));
        }
        if self.whole.is_empty() && self.first.is_empty() && self.buffer.is_none() {
            // The only one, as a rule: then nothing is copied.
            self.first = piece;
            return Ok(());
        }
        self.reserve(len);
        self.whole.extend_from_slice(&std::mem::take(&mut self.first));
        self.whole.extend_from_slice(&piece);
        Ok(())
    }

    /// The whole answer.
    pub(super) fn finish(self) -> Bytes {
        if self.whole.is_empty() {
            return self.first;
        }
        let answer = Bytes::from(self.whole);
        if let Some(buffer) = self.buffer {
            buffer.keep(&answer);
        }
        answer
    }

    /// Makes room for so many bytes in all.
    fn reserve(&mut self, len: usize) {
        if len <= self.whole.capacity() {
            return;
        }
        // As much again as has arrived, but not beyond the end that is announced.
        let ahead = len.saturating_mul(2).max(TRUSTED).min(self.announced);
        let more = ahead.max(len).saturating_sub(self.whole.len());
        if ahead > len {
            self.whole.reserve_exact(more);
        } else {
            self.whole.reserve(more);
        }
    }
}

fn too_large(most: u64) -> Failure {
    let message = format!("it is larger than {most} bytes; `ClientBuilder::max_response_bytes` allows for more");
    Failure::decode("", message, "")
}
