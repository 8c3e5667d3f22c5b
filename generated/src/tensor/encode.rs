//! Tensors to bytes.

use bytes::Bytes;

use super::Tensor;
use crate::varint;

impl Tensor {
    /// The number of bytes that the encoded tensor takes.
    pub fn encoded_len(&self) -> usize {
        let dims = self.shape().iter().map(|dim| varint::len(*dim as u64));
        let total = match self.dtype.size() {
            Some(_) => 0,
            None => varint::len(self.payload.len() as u64),
        };
        dims.chain([total, self.payload.len()]).fold(2, usize::saturating_add)
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
        let mut header = Vec::with_capacity(self.encoded_len().saturating_sub(self.payload.len()));
        self.write_header(&mut header);
        segments.push(header.into());
        if !self.payload.is_empty() {
            segments.push(self.payload.clone());
        }
    }

    /// The encoded tensor in one piece, for which the elements are copied.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = Vec::with_capacity(self.encoded_len());
        self.write_header(&mut out);
        out.extend_from_slice(&self.payload);
        out.into()
    }

    /// Writes what stands before the elements.
    pub(crate) fn write_header(&self, out: &mut Vec<u8>) {
        out.push(self.dtype.tag());
        // No tensor is made with more dimensions than a byte can count.
        out.push(u8::try_from(self.rank()).unwrap_or(u8::MAX));
        for dim in self.shape() {
            varint::write(*dim as u64, out);
        }
        if self.dtype.size().is_none() {
            varint::write(self.payload.len() as u64, out);
        }
    }

    /// The elements as the wire has them.
    pub(crate) fn payload(&self) -> &Bytes {
        &self.payload
    }
}
