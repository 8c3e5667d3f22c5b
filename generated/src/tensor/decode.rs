//! Bytes to tensors.

use std::ops::Range;

use bytes::{Buf as _, Bytes};

use super::format::known;
use super::layout::{INLINE, Layout, shape_memory};
use super::reader::{Reader, utf8};
use super::shape::count;
use super::text::Texts;
use super::variable::{Parts, extend, write};
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
    #[inline]
    pub fn decode(input: Bytes) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(&input, 0);
        let found = reader.tensor()?;
        if let count @ 1.. = reader.left() {
            return Err(reader.error(DecodeErrorKind::TrailingBytes { count }));
        }
        let mut payload = input;
        payload.advance(found.payload.start);
        Ok(found.into_tensor(payload))
    }

    /// Reads tensors that stand back to back; no bytes are no tensors. They share the memory of the bytes.
    ///
    /// The vector takes 64 bytes for each tensor, the smallest of which is three bytes of the input.
    ///
    /// # Errors
    ///
    /// As for [`decode`](Self::decode). Offsets count from the start of all bytes.
    pub fn decode_many(input: Bytes) -> Result<Vec<Self>, DecodeError> {
        let allow = |_| Ok::<_, DecodeError>(());
        Self::decode_within(input, allow)?
    }

    /// Reads tensors that stand back to back, if the memory that they need, without their elements, is allowed.
    pub(crate) fn decode_within<E>(
        input: Bytes,
        allow: impl FnOnce(usize) -> Result<(), E>,
    ) -> Result<Result<Vec<Self>, DecodeError>, E> {
        let (count, memory) = Reader::new(&input, 0).count_tensors();
        allow(memory)?;
        let mut reader = Reader::new(&input, 0);
        let mut tensors = Vec::with_capacity(count);
        while reader.left() > 0 {
            match reader.tensor() {
                Ok(found) => {
                    let payload = input.slice(found.payload.clone());
                    tensors.push(found.into_tensor(payload));
                }
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(tensors))
    }
}

/// A tensor in bytes.
struct Found {
    layout: Layout,
    /// Where its elements are.
    payload: Range<usize>,
    /// Whether the lengths of its elements are written in their shortest form.
    is_shortest: bool,
}

impl Found {
    #[inline(always)]
    fn into_tensor(self, payload: Bytes) -> Tensor {
        if self.is_shortest {
            return Tensor { layout: self.layout, payload };
        }
        let payload = write(Parts::new(&payload, self.layout.count()), <[u8]>::len, extend);
        Tensor { layout: self.layout, payload }
    }
}

impl<'a> Reader<'a> {
    // Inlined, as it would take longer to move what is found than to find it.
    #[inline(always)]
    fn tensor(&mut self) -> Result<Found, DecodeError> {
        let start = self.at;
        let tag = self.byte(Part::Type)?;
        let Some(dtype) = DType::from_tag(tag) else {
            return Err(DecodeError::new(start, DecodeErrorKind::UnknownTag { tag }));
        };
        let size = dtype.size();
        let (layout, count) = self.layout(dtype, size.unwrap_or(1))?;
        let mut is_shortest = true;
        let mut start = self.at;
        match size {
            Some(size) => {
                self.take(count.saturating_mul(size) as u64, Part::Elements)?;
            }
            None => (start, is_shortest) = self.elements(dtype, count)?,
        }
        Ok(Found { layout, payload: start..self.at, is_shortest })
    }

    /// The number of tensors, and the memory that they take without their elements. Malformed ones are not counted.
    fn count_tensors(&mut self) -> (usize, usize) {
        let (mut count, mut memory) = (0usize, 0usize);
        while let Ok(rank) = self.skip_tensor() {
            count = count.saturating_add(1);
            memory = memory.saturating_add(size_of::<Tensor>()).saturating_add(shape_memory(rank));
        }
        (count, memory)
    }

    /// Skips a tensor. Gives its rank.
    fn skip_tensor(&mut self) -> Result<u8, DecodeError> {
        let dtype = DType::from_tag(self.byte(Part::Type)?);
        let rank = self.byte(Part::Rank)?;
        let mut elements = 1u64;
        for index in 0..rank {
            elements = elements.saturating_mul(self.varint(Part::Dimension(index.into()))?);
        }
        let len = match dtype.and_then(DType::size) {
            Some(size) => elements.saturating_mul(size as u64),
            None => self.varint(Part::Total)?,
        };
        self.take(len, Part::Elements)?;
        Ok(rank)
    }

    /// Reads the shape of elements that take at least `size` bytes each. Gives the number of elements, too.
    #[inline(always)]
    fn layout(&mut self, dtype: DType, size: usize) -> Result<(Layout, usize), DecodeError> {
        let rank = self.byte(Part::Rank)?;
        let start = self.at;
        let (layout, count) = if usize::from(rank) <= INLINE {
            let mut next = |index: u8| if index < rank { self.dimension(index.into()) } else { Ok(1) };
            let dims = [next(0)?, next(1)?, next(2)?];
            (Layout::Inline { dtype, rank, dims }, count(&dims))
        } else {
            let dims: Result<Vec<usize>, _> = (0..usize::from(rank)).map(|index| self.dimension(index)).collect();
            let dims = dims?;
            let count = count(&dims);
            (Layout::Shared { dtype, dims: dims.into() }, count)
        };
        match count.filter(|count| count.checked_mul(size).is_some()) {
            Some(count) => Ok((layout, count)),
            None => Err(self.overflow(start, rank)),
        }
    }

    /// Reads a dimension. What is too large for this machine becomes `usize::MAX`, which is too large for a shape.
    fn dimension(&mut self, index: usize) -> Result<usize, DecodeError> {
        Ok(usize::try_from(self.varint(Part::Dimension(index))?).unwrap_or(usize::MAX))
    }

    /// The error for a shape that starts at this byte.
    #[cold]
    fn overflow(&self, start: usize, rank: u8) -> DecodeError {
        let mut again = Reader::new(self.input, start);
        let shape = (0..rank).map_while(|index| again.varint(Part::Dimension(index.into())).ok()).collect();
        DecodeError::new(start, DecodeErrorKind::ShapeOverflow { shape })
    }

    /// Reads elements of a type without a fixed size: where they start, and whether their lengths are written in their
    /// shortest form.
    fn elements(&mut self, dtype: DType, count: usize) -> Result<(usize, bool), DecodeError> {
        let total = self.varint(Part::Total)?;
        let start = self.at;
        let stated = self.take(total, Part::Elements)?.len();
        // Its end is the end of the elements, its place still counts from the start of the input.
        let mut inner = Reader::new(self.input.get(..self.at).unwrap_or_default(), start);
        let is_shortest = match dtype {
            DType::String => inner.texts(count)?,
            DType::Image | DType::Audio | DType::Video => inner.media(count)?,
            _ => inner.each(count, |_, _, _| Ok(()))?,
        };
        if inner.left() > 0 {
            let actual = stated.saturating_sub(inner.left());
            return Err(inner.error(DecodeErrorKind::WrongTotal { stated, actual }));
        }
        Ok((start, is_shortest))
    }

    fn texts(&mut self, count: usize) -> Result<bool, DecodeError> {
        if Texts::new(self.rest(), count).are_valid() {
            self.at = self.input.len();
            return Ok(true);
        }
        // Something is wrong, or a length is longer than needed. Which it is shows one by one.
        self.each(count, |index, start, text| utf8(start, text, Part::Element(index)))
    }

    fn media(&mut self, count: usize) -> Result<bool, DecodeError> {
        let input = self.input;
        self.each(count, |index, start, element| {
            let end = start.saturating_add(element.len());
            let mut element = Reader::new(input.get(..end).unwrap_or_default(), start);
            let len = element.byte(Part::FormatLength(index))?;
            let start = element.at;
            let format = element.take(len.into(), Part::Format(index))?;
            match known(format) {
                Some(_) => Ok(()),
                None => utf8(start, format, Part::Format(index)),
            }
        })
    }

    /// Reads elements of any size, and calls `check` with the index, the start and the bytes of each. Tells whether all
    /// their lengths are written in their shortest form.
    fn each(
        &mut self,
        count: usize,
        mut check: impl FnMut(usize, usize, &'a [u8]) -> Result<(), DecodeError>,
    ) -> Result<bool, DecodeError> {
        let mut is_shortest = true;
        // Each round reads a byte at least or fails, so a count that lies costs no time.
        for index in 0..count {
            let before = self.at;
            let len = self.varint(Part::ElementLength(index))?;
            let start = self.at;
            is_shortest &= start.saturating_sub(before) == varint::len(len);
            check(index, start, self.take(len, Part::Element(index))?)?;
        }
        Ok(is_shortest)
    }
}
