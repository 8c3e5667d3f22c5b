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
        segments.push(self.header(0).into());
        if !self.payload.is_empty() {
            segments.push(self.payload.clone());
        }
    }

    /// The encoded tensor in one piece, for which the elements are copied.
    pub fn to_bytes(&self) -> Bytes {
        let mut out = self.header(self.payload.len());
        out.extend_from_slice(&self.payload);
        out.into()
    }

    /// What stands before the elements, with room for some more bytes.
    fn header(&self, more: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.encoded_len().saturating_sub(self.payload.len()).saturating_add(more));
        out.push(self.dtype.tag());
        // No tensor is made with more dimensions than a byte can count.
        out.push(u8::try_from(self.rank()).unwrap_or(u8::MAX));
        for dim in self.shape() {
            varint::write(*dim as u64, &mut out);
        }
        if self.dtype.size().is_none() {
            varint::write(self.payload.len() as u64, &mut out);
        }
        out
    }
}
