//! Bytes to tensors.

use bytes::Bytes;

use super::shape::{Shape, count};
use super::variable::{Parts, write};
use super::{DType, DecodeError, DecodeErrorKind, Part, Tensor};
use crate::varint;

impl Tensor {
    /// Reads bytes that are exactly one tensor.
    ///
    /// The tensor shares the memory of the bytes. (Only elements whose lengths are not written in their shortest
    /// form are copied, to write them so.) Memory is never taken for more elements than there are bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] says which byte is wrong and why: the bytes end too early or too late, the element type is
    /// unknown, the shape is too large, lengths contradict each other or text is not UTF-8.
    ///
    /// ```
    /// use bytes::Bytes;
    /// use decthings::Tensor;
    ///
    /// let tensor = Tensor::decode(Bytes::from_static(&[4, 1, 2, 1, 0, 0xfe, 0xff]))?;
    /// assert_eq!(tensor, Tensor::from([1i16, -2]));
    /// # Ok::<(), decthings::tensor::DecodeError>(())
    /// ```
    pub fn decode(input: Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader { input: &input, at: 0 };
        let tensor = reader.tensor(&input)?;
        match reader.left() {
            0 => Ok(tensor),
            count => Err(reader.error(DecodeErrorKind::TrailingBytes { count })),
        }
    }

    /// Reads tensors that stand back to back; no bytes are no tensors. They share the memory of the bytes.
    ///
    /// Many very small tensors take more memory than their bytes: some 70 bytes each.
    ///
    /// # Errors
    ///
    /// As for [`decode`](Self::decode). Offsets count from the start of all bytes.
    pub fn decode_many(input: Bytes) -> Result<Vec<Self>, DecodeError> {
        let mut reader = Reader { input: &input, at: 0 };
        let mut tensors = Vec::new();
        while reader.left() > 0 {
            tensors.push(reader.tensor(&input)?);
        }
        Ok(tensors)
    }
}

/// A place in bytes.
struct Reader<'a> {
    input: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn tensor(&mut self, input: &Bytes) -> Result<Tensor, DecodeError> {
        let start = self.at;
        let tag = self.byte(Part::Type)?;
        let unknown = || DecodeError::new(start, DecodeErrorKind::UnknownTag { tag });
        let dtype = DType::from_tag(tag).ok_or_else(unknown)?;
        let (shape, count) = self.shape(dtype.size().unwrap_or(1))?;
        let payload = match dtype.size() {
            Some(size) => input.slice_ref(self.take(count.saturating_mul(size) as u64, Part::Elements)?),
            None => self.elements(input, dtype, count)?,
        };
        Ok(Tensor { dtype, shape, payload })
    }

    /// Reads a shape of elements that take at least so many bytes each: it and the number of elements.
    fn shape(&mut self, size: usize) -> Result<(Shape, usize), DecodeError> {
        let rank = usize::from(self.byte(Part::Rank)?);
        let start = self.at;
        let mut stated = Vec::with_capacity(rank.min(self.left()));
        for index in 0..rank {
            stated.push(self.varint(Part::Dimension(index))?);
        }
        let dims: Result<Vec<usize>, _> = stated.iter().map(|dim| usize::try_from(*dim)).collect();
        let counted = dims.ok().and_then(|dims| {
            let count = count(&dims)?;
            count.checked_mul(size)?;
            Some((Shape::of_checked(&dims), count))
        });
        counted.ok_or_else(|| DecodeError::new(start, DecodeErrorKind::ShapeOverflow { shape: stated }))
    }

    /// Reads elements of a type without a fixed size.
    fn elements(&mut self, input: &Bytes, dtype: DType, count: usize) -> Result<Bytes, DecodeError> {
        let total = self.varint(Part::Total)?;
        let start = self.at;
        let payload = self.take(total, Part::Elements)?;
        // Its end is the end of the elements, its place still counts from the start of the input.
        let mut inner = Reader { input: self.input.get(..self.at).unwrap_or_default(), at: start };
        let mut shortest = true;
        // Each round reads a byte at least or fails, so a count that lies costs no time.
        for index in 0..count {
            let before = inner.at;
            let len = inner.varint(Part::ElementLength(index))?;
            shortest &= inner.at.saturating_sub(before) == varint::len(len);
            let body = inner.at;
            inner.take(len, Part::Element(index))?;
            let element = Reader { input: inner.input.get(..inner.at).unwrap_or_default(), at: body };
            element.check(dtype, index)?;
        }
        if inner.left() > 0 {
            let stated = payload.len();
            let actual = stated.saturating_sub(inner.left());
            return Err(inner.error(DecodeErrorKind::WrongTotal { stated, actual }));
        }
        if shortest {
            return Ok(input.slice_ref(payload));
        }
        Ok(write(Parts::new(payload, count).map(|part| [part])))
    }

    /// Checks what is left, which is one element.
    fn check(mut self, dtype: DType, index: usize) -> Result<(), DecodeError> {
        match dtype {
            DType::String => self.utf8(self.left() as u64, Part::Element(index)),
            DType::Image | DType::Audio | DType::Video => {
                let len = self.byte(Part::FormatLength(index))?;
                self.utf8(len.into(), Part::Format(index))
            }
            _ => Ok(()),
        }
    }

    fn utf8(&mut self, len: u64, part: Part) -> Result<(), DecodeError> {
        let start = self.at;
        std::str::from_utf8(self.take(len, part)?).map(drop).map_err(|error| {
            DecodeError::new(start.saturating_add(error.valid_up_to()), DecodeErrorKind::InvalidUtf8 { part })
        })
    }

    fn byte(&mut self, part: Part) -> Result<u8, DecodeError> {
        let bytes = self.take(1, part)?;
        Ok(bytes.first().copied().unwrap_or_default())
    }

    fn varint(&mut self, part: Part) -> Result<u64, DecodeError> {
        let rest = self.rest();
        let Some((value, width)) = varint::read(rest) else {
            let needed = rest.first().map_or(1, |first| varint::width(*first)) as u64;
            return Err(self.truncated(part, needed));
        };
        self.at = self.at.saturating_add(width);
        Ok(value)
    }

    fn take(&mut self, len: u64, part: Part) -> Result<&'a [u8], DecodeError> {
        let taken = usize::try_from(len).ok().and_then(|len| self.rest().get(..len));
        let taken = taken.ok_or_else(|| self.truncated(part, len))?;
        self.at = self.at.saturating_add(taken.len());
        Ok(taken)
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    fn left(&self) -> usize {
        self.rest().len()
    }

    fn truncated(&self, part: Part, needed: u64) -> DecodeError {
        self.error(DecodeErrorKind::Truncated { part, needed, left: self.left() })
    }

    fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError::new(self.at, kind)
    }
}
