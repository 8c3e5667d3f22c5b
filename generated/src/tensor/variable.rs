//! Elements of any size: text and bytes. Each follows its length.

use bytes::Bytes;

use super::element::sealed::{Pack, Unpack};
use super::{DType, Element, NestedElement, ReadElement};
use crate::varint;

/// The bytes of each element.
#[derive(Clone)]
pub(super) struct Parts<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Parts<'a> {
    /// Takes bytes that are known to hold this many elements.
    pub(super) fn new(payload: &'a [u8], count: usize) -> Self {
        Self { rest: payload, left: count }
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.left = self.left.checked_sub(1)?;
        let (len, width) = varint::read(self.rest)?;
        let (part, rest) = self.rest.get(width..)?.split_at_checked(usize::try_from(len).ok()?)?;
        self.rest = rest;
        Some(part)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Parts<'_> {}

/// Writes elements, each made of some pieces, with the length before each of them.
pub(super) fn write<'a, const N: usize>(elements: impl Iterator<Item = [&'a [u8]; N]> + Clone) -> Bytes {
    let len_of = |pieces: &[&[u8]; N]| pieces.iter().map(|piece| piece.len()).fold(0, usize::saturating_add);
    let size = elements.clone().fold(0usize, |size, pieces| {
        let len = len_of(&pieces);
        size.saturating_add(varint::len(len as u64)).saturating_add(len)
    });
    let mut out = Vec::with_capacity(size);
    for pieces in elements {
        varint::write(len_of(&pieces) as u64, &mut out);
        for piece in pieces {
            out.extend_from_slice(piece);
        }
    }
    out.into()
}

/// The text of an element that is known to be UTF-8.
pub(super) fn text(part: &[u8]) -> &str {
    std::str::from_utf8(part).unwrap_or_default()
}

macro_rules! pack {
    ($($type:ty: $dtype:ident, $as_bytes:expr;)*) => {$(
        impl Pack for $type {
            fn pack(values: Vec<Self>) -> Bytes {
                let as_bytes: fn(&Self) -> &[u8] = $as_bytes;
                write(values.iter().map(|value| [as_bytes(value)]))
            }
        }

        impl Element for $type {
            const DTYPE: DType = DType::$dtype;
        }
    )*};
}

pack! {
    String: String, |value| value.as_bytes();
    &str: String, |value| value.as_bytes();
    Bytes: Binary, |value| value;
    Vec<u8>: Binary, |value| value;
}

impl Unpack for String {
    fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
        Parts::new(payload, count).map(|part| text(part).to_owned()).collect()
    }
}

impl Unpack for Bytes {
    fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
        Parts::new(payload, count).map(|part| payload.slice_ref(part)).collect()
    }
}

impl Unpack for Vec<u8> {
    fn unpack(payload: &Bytes, count: usize) -> Vec<Self> {
        Parts::new(payload, count).map(<[u8]>::to_vec).collect()
    }
}

impl ReadElement for String {}
impl ReadElement for Bytes {}
impl ReadElement for Vec<u8> {}
impl NestedElement for String {}
impl NestedElement for &str {}
impl NestedElement for Bytes {}
