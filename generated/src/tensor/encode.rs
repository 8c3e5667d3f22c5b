//! Tensors to bytes.

use bytes::Bytes;

use super::Tensor;
use crate::varint;

impl Tensor {
    /// The number of bytes that the encoded tensor takes.
    pub fn encoded_len(&self) -> usize {
        self.header_len().saturating_add(self.payload.len())
    }

    /// Appends the encoded tensor to a list of segments that belong one after the other: a short header, and the
    /// elements as they are, which are not copied.
    ///
    /// ```
    /// use decthings::Tensor;
    ///
    /// let tensor = Tensor::from(vec![0.0f32; 1000]);
    /// let mut segments = Vec::new();
    /// tensor.encode_into(&mut segments);
    /// assert_eq!(segments.concat(), tensor.to_bytes());
    /// ```
    pub fn encode_into(&self, segments: &mut Vec<Bytes>) {
        let mut header = Vec::with_capacity(self.header_len());
        self.write_header(&mut header);
        segments.push(header.into());
        if !self.payload.is_empty() {
            segments.push(self.elements().clone());
        }
    }

    /// The encoded tensor in one piece, for which the elements are copied.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.write_header(&mut out);
        out.extend_from_slice(self.elements());
        out.into()
    }

    /// Appends what stands before the elements: type, shape and, for a type without a fixed size, the length of them all.
    pub(crate) fn write_header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.dtype().tag(), self.layout.rank()]);
        for dim in self.shape() {
            varint::write(*dim as u64, out);
        }
        if self.dtype().size().is_none() {
            varint::write(self.payload.len() as u64, out);
        }
    }

    /// What follows the header: the elements as the wire has them.
    pub(crate) fn elements(&self) -> &Bytes {
        &self.payload
    }

    fn header_len(&self) -> usize {
        let dims = self.shape().iter().fold(2usize, |len, dim| len.saturating_add(varint::len(*dim as u64)));
        match self.dtype().size() {
            Some(_) => dims,
            None => dims.saturating_add(varint::len(self.payload.len() as u64)),
        }
    }
}
